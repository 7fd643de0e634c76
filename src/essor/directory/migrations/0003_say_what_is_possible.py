from django.db import migrations, models

from essor.directory.guards import install_guards, remove_guards


def install(apps, schema_editor):
    install_guards(schema_editor.connection)


def remove(apps, schema_editor):
    remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    """The tables are rebuilt on SQLite, which drops their triggers: these go first and come back last."""

    dependencies = [("directory", "0002_append_only")]

    operations = [
        migrations.RunPython(remove, install),
        migrations.RemoveConstraint(
            model_name="lifeevent",
            name="life_event_is_said_once",
        ),
        migrations.AddConstraint(
            model_name="establishment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None),
                    ("ends_before", None),
                    ("ends_before__gt", models.F("starts_on")),
                    _connector="OR",
                ),
                name="establishment_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["neq", "bn", "charity", "other"])), name="identifier_scheme_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="lifeevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "created",
                            "renamed",
                            "merged",
                            "split",
                            "replaced",
                            "moved",
                            "form_changed",
                            "closed",
                            "reopened",
                        ],
                    )
                ),
                name="life_event_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifeevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("known_to", None), ("other", None)),
                fields=("organisation", "kind", "happened_on"),
                name="life_event_is_said_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifeevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("known_to", None), models.Q(("other", None), _negated=True)),
                fields=("organisation", "kind", "happened_on", "other"),
                name="life_event_with_another_is_said_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationname",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["legal", "other"])), name="organisation_name_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationname",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None),
                    ("ends_before", None),
                    ("ends_before__gt", models.F("starts_on")),
                    _connector="OR",
                ),
                name="organisation_name_ends_after_it_starts",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="closing_reason",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closing_reason", ""), models.Q(("known_to", None), _negated=True), _connector="OR"
                ),
                name="fact_closed_with_a_reason_is_closed",
            ),
        ),
        migrations.RunPython(install, remove),
    ]
