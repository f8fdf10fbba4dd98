from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """A product of the network's catalogue. A price without its as-of date is never shown."""

    key = models.CharField(
        _("key"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]{0,23}$", _("Use a–z, 0–9, _."))],
    )
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=40)
    description = models.TextField(_("description"), max_length=2_000, blank=True)
    price_rub = models.DecimalField(_("price, ₽"), max_digits=9, decimal_places=2, validators=[MinValueValidator(0)])
    portions = models.PositiveIntegerField(_("portions"), null=True, blank=True)
    pv = models.DecimalField(_("PV"), max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    as_of = models.DateField(_("prices as of"))
    picture = models.ImageField(_("picture"), upload_to="products/", blank=True)
    supplement = models.BooleanField(_("food supplement"), default=False)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("category", "name")

    def __str__(self) -> str:
        return self.name


class PayPlanVersion(models.Model):
    """The pay plan's table from a date on, as YAML; `content.payplan` reads and checks it."""

    valid_from = models.DateField(_("valid from"), unique=True)
    text = models.TextField(_("table (YAML)"), max_length=20_000)

    class Meta:
        verbose_name = _("pay plan")
        verbose_name_plural = _("pay plans")
        ordering = ("-valid_from",)

    def __str__(self) -> str:
        return f"{self.valid_from:%d.%m.%Y}"
