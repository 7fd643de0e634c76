from django.db import migrations

from essor.observatory.guards import install_guards


def install(apps, schema_editor):
    install_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("observatory", "0003_base_steward")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
