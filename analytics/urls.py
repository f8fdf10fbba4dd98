from django.urls import path

from analytics.views import overview, people
from analytics.views.pages import page

app_name = "analytics"
urlpatterns = [
    path("", page(overview.page), name="overview"),
    path("people/", page(people.page, "partners.view_lead"), name="people"),
]
