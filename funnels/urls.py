from django.urls import path

from funnels.views import click

urlpatterns = [path("r/<str:token>", click, name="click")]
