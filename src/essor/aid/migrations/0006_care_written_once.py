from django.db import migrations

from essor.aid.guards import install_guards, remove_guards


def install(apps, schema_editor):
    install_guards(schema_editor.connection)


def remove(apps, schema_editor):
    remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("aid", "0005_care")]
    operations = [migrations.RunPython(install, remove)]
