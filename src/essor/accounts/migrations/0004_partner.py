from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_committee'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='role',
            name='role_kind_is_known',
        ),
        migrations.AlterField(
            model_name='role',
            name='kind',
            field=models.CharField(choices=[('adviser', 'conseiller ou conseillère'), ('administrator', 'administration'), ('committee', 'membre d’un comité'), ('partner', 'partenaire')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['adviser', 'administrator', 'committee', 'partner'])), name='role_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'partner'), _negated=True), models.Q(('body', ''), _negated=True), _connector='OR'), name='partner_is_a_body'),
        ),
    ]
