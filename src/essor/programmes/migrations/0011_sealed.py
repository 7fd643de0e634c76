from django.db import migrations

from essor.programmes.guards import install_guards


def install(apps, schema_editor):
    """What was decided and adopted changes no more; a funder's name may be blanked with the file that it is of."""
    install_guards(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0010_application'),
    ]

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
