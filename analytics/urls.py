from django.urls import path

from analytics.views import funnel, leads, overview, people
from analytics.views.pages import page

app_name = "analytics"
urlpatterns = [
    path("", page(overview.page), name="overview"),
    path("funnel/", page(funnel.page), name="funnel"),
    path("leads/", page(leads.page), name="leads"),
    path("people/", page(people.page, "partners.view_lead"), name="people"),
]
