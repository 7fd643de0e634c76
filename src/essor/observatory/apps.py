from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "essor.observatory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from essor.observatory.views.portrait import link_portrait
        from essor.territories.portraits import offer_portraits

        offer_portraits(link_portrait)
