from django.db import migrations

from essor.programmes.guards import install_guards, remove_guards


def install(apps, schema_editor):
    install_guards(schema_editor.connection)


def remove(apps, schema_editor):
    remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("directory", "0002_append_only")]
    operations = [migrations.RunPython(install, remove)]
