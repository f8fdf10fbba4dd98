from django.urls import path

from content.views import follow_post_link

urlpatterns = [path("p/<str:token>", follow_post_link, name="post_link")]
