from django.urls import path

from analytics.views import ai, funnel, leads, overview, partners, people, posts, sequences, sources
from analytics.views.pages import page

app_name = "analytics"
urlpatterns = [
    path("", page(overview.page), name="overview"),
    path("funnel/", page(funnel.page), name="funnel"),
    path("leads/", page(leads.page), name="leads"),
    path("people/", page(people.page, "partners.view_lead"), name="people"),
    path("sequences/", page(sequences.page), name="sequences"),
    path("sources/", page(sources.page), name="sources"),
    path("posts/", page(posts.page, posts.MAY_SEE), name="posts"),
    path("ai/", page(ai.page), name="ai"),
    path("partners/", page(partners.page), name="partners"),
]
