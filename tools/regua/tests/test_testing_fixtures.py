"""The fixtures every other I/O test stands on."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

pytestmark = pytest.mark.io


async def test_a_made_topic_carries_a_record(kafka_bootstrap, make_topic):
    topic = make_topic("fixture", partitions=2)
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key")
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"key", b"value")


async def test_a_made_database_has_an_owner_and_a_role_that_owns_nothing(make_database):
    made = make_database()
    owner = await asyncpg.connect(made.owner_url)
    await owner.execute(f"create table facts (id int primary key); grant select on facts to {made.app_role}")
    await owner.close()
    app = await asyncpg.connect(made.app_url)
    assert await app.fetch("select * from facts") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("create table mine (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("insert into facts values (1)")
    await app.close()


async def test_a_copy_of_a_template_has_its_rows_and_grants(make_database):
    first = make_database()
    owner = await asyncpg.connect(first.owner_url)
    await owner.execute("create table facts (id int); insert into facts values (7)")
    await owner.execute(f"grant select on facts to {first.app_role}")
    await owner.close()
    second = make_database(template=first)
    app = await asyncpg.connect(second.app_url)
    assert await app.fetchval("select id from facts") == 7
    await app.close()
    assert second.name != first.name


async def test_a_dropped_database_is_gone(make_database, postgres_admin_url):
    made = make_database()
    made.drop()
    admin = await asyncpg.connect(postgres_admin_url)
    assert await admin.fetchval("select count(*) from pg_database where datname = $1", made.name) == 0
    assert await admin.fetchval("select count(*) from pg_roles where rolname like $1", f"{made.name}%") == 0
    await admin.close()
