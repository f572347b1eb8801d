"""Ports: the one asked for or a refusal; the last one if it can be kept; else a free one that no client is given."""

import contextlib
import os
import socket

import pytest

from regua.stack import ports
from regua.stack.errors import PortTakenError, StackError


@contextlib.contextmanager
def listener():
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(ports, "_PATIENCE_SECONDS", 0.1)


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_its_holder():
    with listener() as taken, pytest.raises(PortTakenError) as refusal:
        ports.choose("kafka", asked=taken, last=None, taken=(), seed="s")
    assert f"port {taken} for kafka is taken by" in str(refusal.value)
    assert f"(pid {os.getpid()})" in str(refusal.value)
    assert "REGUA_PORT_KAFKA" in str(refusal.value)


def test_a_port_asked_for_twice_is_refused():
    free = ports.free_port("x")
    with pytest.raises(PortTakenError, match="another part of this stack"):
        ports.choose("invoicing", asked=free, last=None, taken={free}, seed="s")


def test_the_last_port_is_kept_while_it_is_free():
    free = ports.free_port("x")
    assert ports.choose("kafka", asked=None, last=free, taken=(), seed="s") == (free, None)


def test_a_last_port_that_somebody_took_is_left_and_that_is_said():
    with listener() as taken:
        port, sentence = ports.choose("kafka", asked=None, last=taken, taken=(), seed="s")
        assert port != taken
        assert sentence is not None
        assert sentence.startswith(f"kafka's last port {taken} is taken by")
        assert sentence.endswith(f"it moves to {port}")


def test_the_same_seed_finds_the_same_port_and_others_other_ones():
    first = ports.free_port("home kafka")
    assert ports.free_port("home kafka") == first
    assert ports.free_port("home kafka", {first}) != first


def test_a_chosen_port_is_never_one_that_outgoing_connections_get():
    chosen = {ports.free_port(str(number)) for number in range(50)}
    assert all(15_000 <= port < 32_000 for port in chosen)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "１２", "80 80"])
def test_a_setting_that_is_no_port_is_refused_by_name(text):
    with pytest.raises(StackError, match="REGUA_PORT_KAFKA_1 is not a port"):
        ports.asked_port({"REGUA_PORT_KAFKA_1": text}, "kafka-1")


def test_a_port_setting_is_read_and_an_empty_one_is_none():
    assert ports.asked_port({"REGUA_PORT_POSTGRES": " 5433 "}, "postgres") == 5433
    assert ports.asked_port({"REGUA_PORT_POSTGRES": " "}, "postgres") is None
