from django.db import migrations

from essor.directory.guards import install_guards


def install(apps, schema_editor):
    """The words of a source may be replaced by a privacy erasure: see ``guards.WORDS``."""
    install_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_append_only")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
