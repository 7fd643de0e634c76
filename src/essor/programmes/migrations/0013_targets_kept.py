from django.db import migrations

from essor.programmes.guards import install_guards


def install(apps, schema_editor):
    """A target is written once, as the agreements that serve it."""
    install_guards(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0012_left_and_met'),
    ]

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
