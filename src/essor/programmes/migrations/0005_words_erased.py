from django.db import migrations

from essor.programmes.guards import install_guards


def install(apps, schema_editor):
    """Conditions and interests may be blanked with the file that they are of; a payment's words, once it is made."""
    install_guards(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0004_committee'),
    ]

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
