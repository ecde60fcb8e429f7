"""The composition root and table of contents of notifications: routes, and what is heard, timed and sent."""

from chassis.service import Service
from chassis.territory_clock import follower
from notifications.erasures.consumer import erasures
from notifications.feed import api as feed_door
from notifications.feed import handlers as feed
from notifications.feed.consumer import feed as feed_subscriber
from notifications.feed.consumer import retention
from notifications.inbox import api as inbox
from notifications.mail.handlers import channels
from notifications.messages import api as messages_door
from notifications.messages import handlers as messages
from notifications.messages.consumer import messages as messages_subscriber
from notifications.partners import api as partners
from notifications.people.consumer import people
from notifications.policy import POLICY
from notifications.preferences import api as preferences
from notifications.templates import api as templates
from notifications.territories.consumer import territories

service = Service(
    "notifications",
    routes=[
        *inbox.ROUTES,
        *messages_door.ROUTES,
        *preferences.ROUTES,
        *templates.ROUTES,
        *partners.ROUTES,
        *feed_door.ROUTES,
    ],
    policy=POLICY,
    subscribers=[
        follower("notifications"),
        territories,
        people,
        messages_subscriber,
        feed_subscriber,
        retention,
        erasures,
    ],
    timers={messages.TIMER: messages.look_again, feed.TIMER: feed.purge},
    channels=channels,
)
