"""The start asks the real database and the real broker."""

import pytest

from chassis import preflight, runtime
from chassis.kafka import Kafka, create_topics
from chassis.kafka.facts import topic_facts
from chassis.settings_source import SettingsError

pytestmark = pytest.mark.io


async def judged(settings):
    parts = runtime.build("sample", settings)
    try:
        await preflight.check(parts)
    finally:
        await parts.dispose()


async def test_the_services_own_role_is_accepted(sample_settings, notes_database):
    await judged(sample_settings(notes_database))


async def test_the_owner_role_is_refused(sample_settings, notes_database):
    with pytest.raises(SettingsError, match="owns tables"):
        await judged(sample_settings(notes_database, database_url=notes_database.owner_url, database_owner_url=None))


async def test_a_superuser_is_refused(sample_settings, notes_database):
    with pytest.raises(SettingsError, match="superuser"):
        await judged(sample_settings(notes_database, database_url=notes_database.url))


async def test_a_database_that_is_away_does_not_stop_the_start(sample_settings, notes_database):
    away = "postgresql://notes:x@127.0.0.1:1/notes"
    await judged(sample_settings(notes_database, database_url=away, database_connect_timeout_seconds=2))


async def test_the_broker_says_how_safely_it_keeps_a_topic(make_topic, kafka_bootstrap):
    topic = make_topic("facts", partitions=2, config={"min.insync.replicas": "1"})
    facts = await topic_facts(Kafka(kafka_bootstrap), [topic, "there.is.none"])
    assert set(facts) == {topic}
    assert facts[topic].replicas >= 1
    assert facts[topic].min_insync_replicas == 1
    with pytest.raises(SettingsError, match="replica"):
        preflight.judge(preflight.BROKER_RULES, preflight.worst(facts.values()), production=True)
    await create_topics(Kafka(kafka_bootstrap), {topic: 2})
