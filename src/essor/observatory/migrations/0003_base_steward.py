from django.db import migrations, models

from essor.observatory.guards import remove_guards


def remove(apps, schema_editor):
    remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    """The table is rebuilt on SQLite, which triggers that read it do not bear: they go first, and 0004 sets them back."""

    dependencies = [("observatory", "0002_published_for_good")]

    operations = [
        migrations.RunPython(remove, migrations.RunPython.noop),
        migrations.AddField(
            model_name="base",
            name="steward",
            field=models.CharField(blank=True, max_length=150),
        ),
    ]
