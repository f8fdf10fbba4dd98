from django.urls import path

from partners.views import join

app_name = "join"
urlpatterns = [
    path("", join.begin, name="begin"),
    path("guide/", join.guide, name="guide"),
    path("<str:link>/", join.overview, name="overview"),
    path("<str:link>/live/", join.live, name="live"),
    path("<str:link>/connect/", join.connect, name="connect"),
    path("<str:link>/<int:number>/", join.section, name="section"),
]
