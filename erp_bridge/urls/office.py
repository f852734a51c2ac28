from django.urls import path

from erp_bridge.views import office

urlpatterns = [
    path("sync/", office.sync, name="sync"),
    path("sync/run/", office.run, name="sync-run"),
    path("sync/connection/", office.connection, name="sync-connection"),
    path("sync/feeds/<int:feed_id>/", office.feed, name="sync-feed"),
    path("sync/held/", office.held_list, name="sync-held"),
    path("sync/held/again/", office.try_again, name="sync-again"),
    path("sync/records/", office.records, name="sync-records"),
    path("sync/looks/", office.ask, name="sync-ask"),
    path("sync/looks/<int:look_id>/", office.look, name="sync-look"),
]
