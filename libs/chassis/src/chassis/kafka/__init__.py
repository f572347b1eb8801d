"""Every call to the Kafka client library stands in this package; nothing else imports it.

Record timestamps are left to the client: they are wall-clock time, whatever the platform's own clock says.
"""

from aiokafka.errors import KafkaError

from chassis.kafka.admin import (
    TopicRecord,
    committed_offsets,
    create_topics,
    delete_topics,
    read_all,
)
from chassis.kafka.cluster import Kafka
from chassis.kafka.ends import Ends, end_offsets
from chassis.kafka.hashing import murmur2, partition_of
from chassis.kafka.headers import PackedHeaders, pack_headers, unpack_headers
from chassis.kafka.member import Incoming, Member, Place
from chassis.kafka.producer import DeadProducerError, Producer, Record, Sent, is_refusal

__all__ = [
    "DeadProducerError",
    "Ends",
    "Incoming",
    "Kafka",
    "KafkaError",
    "Member",
    "PackedHeaders",
    "Place",
    "Producer",
    "Record",
    "Sent",
    "TopicRecord",
    "committed_offsets",
    "create_topics",
    "delete_topics",
    "end_offsets",
    "is_refusal",
    "murmur2",
    "pack_headers",
    "partition_of",
    "read_all",
    "unpack_headers",
]
