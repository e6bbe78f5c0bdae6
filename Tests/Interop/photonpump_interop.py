#!/usr/bin/env python3
"""Tests a server with photon-pump, a client that shares no code with this project.

    photonpump_interop.py PORT

PORT is that of a server on this machine with its default users. Prints a line per check and, last, the counts;
fails when a check fails. Nothing here waits for ever.
"""
import asyncio
import datetime
import faulthandler
import json
import logging
import os
import sys
import time
import uuid

# What photon-pump's generated messages can be read with; has to be set before they are imported.
os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"

import photonpump
from photonpump import ExpectedVersion, NewEvent, OperationResult, StreamDirection

FORWARD, BACKWARD = StreamDirection.Forward, StreamDirection.Backward

# Seconds for one answer, for one check and for all of them.
ANSWER, CHECK, EVERYTHING = 10, 60, 240

CHECKS = []


def check(title):
    """Registers a check: an async function that is given a Server and raises when the server is wrong."""

    def register(function):
        CHECKS.append((title, function))
        return function

    return register


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: got {shown(actual)}, expected {shown(expected)}")


def shown(value):
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


async def answer(awaitable):
    """The server's answer, or a failure when it does not come."""
    try:
        return await asyncio.wait_for(awaitable, ANSWER)
    except asyncio.TimeoutError:
        raise AssertionError(f"no answer within {ANSWER} seconds") from None


async def refused(awaitable, expected):
    """The error of a call that has to fail with just that one."""
    try:
        result = await answer(awaitable)
    except photonpump.PhotonPumpException as error:
        if type(error) is not expected:
            raise AssertionError(f"{type(error).__name__} ({shown(error)}), expected {expected.__name__}") from error
        return error
    raise AssertionError(f"succeeded with {shown(result)}, expected {expected.__name__}")


async def written(awaitable, first, last):
    """A write that has to succeed with these event numbers."""
    result = await answer(awaitable)
    equal(OperationResult(result.result).name, "Success", "result")
    equal((result.first_event_number, result.last_event_number), (first, last), "first and last event number")
    return result


async def conflicting(awaitable):
    """A write that has to fail for its expected version: photon-pump hands out the server's result as it is."""
    result = await answer(awaitable)
    equal(OperationResult(result.result).name, "WrongExpectedVersion", "result")


def stream(name):
    """A stream that no other run has used."""
    return f"interop-{name}-{uuid.uuid4().hex}"


def numbered(count):
    return [NewEvent("Numbered", data={"number": number}, metadata={"half": number / 2}) for number in range(count)]


def same(event, new, number, name):
    """Whether an event read is the one written."""
    equal(event.event_number, number, "event number")
    equal(event.stream, name, f"stream of event {number}")
    equal(event.id, new.id, f"id of event {number}")
    equal(event.type, new.type, f"type of event {number}")
    equal(event.json(), new.data, f"data of event {number}")
    equal(json.loads(event.metadata), new.metadata, f"metadata of event {number}")


class Server:
    """The server under test, and the connections to it."""

    def __init__(self, port):
        self.port = port
        self.clients = []
        self.admin = self.connect(username="admin", password="changeit")
        self.anonymous = self.connect()
        self.idle = self.connect()
        self.idle_since = None

    def connect(self, **credentials):
        client = photonpump.connect(host="127.0.0.1", port=self.port, **credentials)
        self.clients.append(client)
        return client

    async def open(self):
        for client in self.clients:
            await answer(client.connect())
            await answer(client.ping())
        self.idle_since = time.monotonic()

    async def close(self):
        for client in self.clients:
            try:
                await asyncio.wait_for(client.close(), ANSWER)
            except asyncio.TimeoutError:
                pass

    async def filled(self, name, count, batch=500):
        """A new stream of that many numbered events."""
        target, events = stream(name), numbered(count)
        for start in range(0, count, batch):
            part = events[start : start + batch]
            await written(self.anonymous.publish(target, part), start, start + len(part) - 1)
        return target, events

    async def all_of(self, target, **options):
        """Everything that iterating a stream gives."""

        async def gather():
            return [event async for event in self.anonymous.iter(target, **options)]

        try:
            return await asyncio.wait_for(gather(), CHECK / 2)
        except asyncio.TimeoutError:
            raise AssertionError("the iteration did not end") from None


@check("ping is answered")
async def ping(server):
    for _ in range(100):
        await answer(server.anonymous.ping())


@check("one event is written and read back")
async def one_event(server):
    name = stream("one")
    new = NewEvent("PonyJumped", data={"pony": "Derpy Hooves", "height": 10, "distance": 13}, metadata={"who": "me"})
    await written(
        server.anonymous.publish_event(name, new.type, body=new.data, id=new.id, metadata=new.metadata), 0, 0
    )
    event = await answer(server.anonymous.get_event(name, 0))
    same(event, new, 0, name)
    equal(event.link, None, "link")
    age = abs(datetime.datetime.now() - event.created)
    if age > datetime.timedelta(minutes=5):
        raise AssertionError(f"created at {event.created}, which is {age} from now")


@check("a batch is written as a whole")
async def batch(server):
    name, events = await server.filled("batch", 50)
    for number in (0, 27, 49):
        same(await answer(server.anonymous.get_event(name, number)), events[number], number, name)
    same(await answer(server.anonymous.get_event(name, -1)), events[49], 49, name)


@check("data that is not JSON, metadata that is missing and names outside ASCII survive")
async def contents(server):
    name = stream("Ereignisströme-事件")
    binary = bytes(range(256))
    await written(server.anonymous.publish_event(name, "Größe", body=binary), 0, 0)
    await written(server.anonymous.publish_event(name, "Leer"), 1, 1)
    first = await answer(server.anonymous.get_event(name, 0))
    equal((first.stream, first.type, bytes(first.data)), (name, "Größe", binary), "stream, type and data")
    second = await answer(server.anonymous.get_event(name, 1))
    equal((second.type, bytes(second.data), bytes(second.metadata)), ("Leer", b"", b""), "type, data and metadata")


@check("an event of a megabyte comes back byte for byte")
async def large(server):
    name, body = stream("large"), os.urandom(1 << 20)
    await written(server.anonymous.publish_event(name, "Large", body=body), 0, 0)
    event = await answer(server.anonymous.get_event(name, 0))
    if bytes(event.data) != body:
        raise AssertionError(f"{len(event.data)} bytes, not the {len(body)} written")


@check("writes in flight together each get their own number")
async def together(server):
    name = stream("together")
    writes = [server.anonymous.publish_event(name, "Together", body={"n": n}) for n in range(500)]
    results = await answer(asyncio.gather(*writes))
    equal(sorted(result.first_event_number for result in results), list(range(500)), "event numbers")


@check("a repeated write is recognised by its event ids")
async def repeated(server):
    name, events = stream("repeated"), numbered(3)
    await written(server.anonymous.publish(name, events), 0, 2)
    await written(server.anonymous.publish(name, events), 0, 2)
    page = await answer(server.anonymous.get(name))
    equal(len(page), 3, "events in the stream")


@check("slices forward have the right events and say where to go on")
async def forward(server):
    name, events = await server.filled("forward", 25)
    for start, next_number, at_end in ((0, 10, False), (10, 20, False), (20, 25, True), (25, 25, True)):
        page = await answer(server.anonymous.get(name, from_event=start, max_count=10))
        equal([event.event_number for event in page], list(range(start, next_number)), "numbers")
        for event in page:
            same(event, events[event.event_number], event.event_number, name)
        equal(
            (page.next_event_number, page.last_event_number, page.is_end_of_stream),
            (next_number, 24, at_end),
            f"next, last and end of the slice from {start}",
        )


@check("slices backward have the right events and say where to go on")
async def backward(server):
    name, events = await server.filled("backward", 25)
    for start, first, next_number, at_end in ((-1, 24, 14, False), (14, 14, 4, False), (4, 4, -1, True)):
        page = await answer(server.anonymous.get(name, direction=BACKWARD, from_event=start, max_count=10))
        equal([event.event_number for event in page], list(range(first, max(first - 10, -1), -1)), "numbers")
        for event in page:
            same(event, events[event.event_number], event.event_number, name)
        equal(
            (page.next_event_number, page.last_event_number, page.is_end_of_stream),
            (next_number, 24, at_end),
            f"next, last and end of the slice from {start}",
        )


@check("a stream of 5,000 events is iterated forward and backward in pages")
async def iterate(server):
    name, events = await server.filled("iterate", 5000)
    for page in (100, 333):
        found = await server.all_of(name, batch_size=page)
        equal([event.event_number for event in found], list(range(5000)), f"numbers forward in pages of {page}")
        for event in found:
            same(event, events[event.event_number], event.event_number, name)
        found = await server.all_of(name, direction=BACKWARD, batch_size=page)
        equal([event.event_number for event in found], list(range(4999, -1, -1)), f"numbers backward, {page} a page")
        for event in found:
            same(event, events[event.event_number], event.event_number, name)


@check("iterations begin where they are told to and end where pages do")
async def iterate_from(server):
    name, _ = await server.filled("iterate-from", 40)
    for options, expected in (
        (dict(from_event=17, batch_size=10), range(17, 40)),
        (dict(from_event=0, batch_size=10), range(0, 40)),
        (dict(from_event=40, batch_size=10), range(0)),
        (dict(direction=BACKWARD, from_event=9, batch_size=10), range(9, -1, -1)),
        (dict(direction=BACKWARD, from_event=17, batch_size=5), range(17, -1, -1)),
    ):
        found = await server.all_of(name, **options)
        equal([event.event_number for event in found], list(expected), f"numbers with {options}")


@check("a stream that is not there is not found")
async def missing_stream(server):
    name = stream("missing")
    for call in (
        lambda: server.anonymous.get_event(name, 0),
        lambda: server.anonymous.get(name),
        lambda: server.anonymous.get(name, direction=BACKWARD, from_event=-1),
        lambda: server.all_of(name),
    ):
        error = await refused(call(), photonpump.StreamNotFound)
        equal(error.stream, name, "stream of the error")


@check("an event that is not there is not found")
async def missing_event(server):
    name, _ = await server.filled("short", 3)
    error = await refused(server.anonymous.get_event(name, 3), photonpump.EventNotFound)
    equal((error.stream, error.event_number), (name, 3), "stream and number of the error")


@check("a slice of more than 4,096 events is refused")
async def oversized(server):
    name, _ = await server.filled("oversized", 1)
    equal(len(await answer(server.anonymous.get(name, max_count=4096))), 1, "events of a slice of 4,096")
    await refused(server.anonymous.get(name, max_count=4097), photonpump.ReadError)


@check("a wrong expected version is a conflict, and nothing is written")
async def expected_version(server):
    client, name = server.anonymous, stream("expected")
    await conflicting(client.publish(name, numbered(1), expected_version=ExpectedVersion.StreamMustExist))
    await conflicting(client.publish(name, numbered(1), expected_version=7))
    await written(client.publish(name, numbered(2), expected_version=ExpectedVersion.StreamMustNotExist), 0, 1)
    await conflicting(client.publish(name, numbered(1), expected_version=ExpectedVersion.StreamMustNotExist))
    await conflicting(client.publish(name, numbered(1), expected_version=0))
    await conflicting(client.publish(name, numbered(1), expected_version=2))
    await written(client.publish(name, numbered(1), expected_version=1), 2, 2)
    await written(client.publish(name, numbered(1), expected_version=ExpectedVersion.StreamMustExist), 3, 3)
    equal(len(await answer(client.get(name))), 4, "events in the stream")


@check("system streams are for administrators")
async def system_streams(server):
    name = "$" + stream("system")
    await refused(server.anonymous.get(name), photonpump.AccessDenied)
    await refused(server.anonymous.get_event(name, 0), photonpump.AccessDenied)
    await refused(server.all_of(name), photonpump.AccessDenied)
    await refused(server.admin.get(name), photonpump.StreamNotFound)
    await written(server.admin.publish(name, numbered(2)), 0, 1)
    equal(len(await answer(server.admin.get(name))), 2, "events the administrator reads")
    await refused(server.anonymous.get(name), photonpump.AccessDenied)


@check("an anonymous write to a system stream is denied")
async def system_write(server):
    # photon-pump's connection is of no use after this answer, so the client is one of its own.
    client = server.connect()
    await answer(client.connect())
    await refused(client.publish("$" + stream("denied"), numbered(1)), photonpump.AccessDenied)


@check("a wrong password is not accepted")
async def wrong_password(server):
    client = server.connect(username="admin", password="letmein")
    await answer(client.connect())
    await refused(client.get(stream("password")), photonpump.NotAuthenticated)


async def taken(subscription, count):
    """The next events of a subscription."""
    return [await answer(subscription.events.anext()) for _ in range(count)]


@check("a subscription gets what is written from now on, until it ends")
async def volatile(server):
    name, _ = await server.filled("volatile", 3)
    async with await answer(server.anonymous.subscribe_to(name)) as subscription:
        equal(subscription.first_event_number, 2, "last event number when it began")
        new = numbered(200)
        await written(server.anonymous.publish(name, new), 3, 202)
        for number, event in enumerate(await taken(subscription, 200)):
            same(event, new[number], number + 3, name)
    await answer(server.anonymous.ping())


@check("a subscription to a system stream is for administrators")
async def volatile_denied(server):
    name = "$" + stream("subscribed")
    await refused(server.anonymous.subscribe_to(name), photonpump.SubscriptionCreationFailed)
    subscription = await answer(server.admin.subscribe_to(name))
    await written(server.admin.publish(name, numbered(1)), 0, 0)
    equal([event.event_number for event in await taken(subscription, 1)], [0], "numbers")


@check("a catch-up subscription reads what there is and goes on with what is written")
async def catch_up(server):
    name, events = await server.filled("catch-up", 250)
    subscription = await answer(server.anonymous.subscribe_to(name, start_from=0, batch_size=20))
    new = numbered(100)
    await written(server.anonymous.publish(name, new), 250, 349)
    for number, event in enumerate(await taken(subscription, 350)):
        same(event, (events + new)[number], number, name)


@check("a persistent subscription gives each event to one of its consumers")
async def persistent(server):
    name, events = await server.filled("persistent", 100)
    await answer(server.admin.create_subscription("group", name, start_from=0))
    consumers = [await answer(client.connect_subscription("group", name)) for client in (server.admin, server.anonymous)]
    new = numbered(100)
    await written(server.anonymous.publish(name, new), 100, 199)
    numbers = []

    async def consume(consumer):
        async for event in consumer.events:
            same(event, (events + new)[event.event_number], event.event_number, name)
            numbers.append(event.event_number)
            await consumer.ack(event)

    tasks = [asyncio.ensure_future(consume(consumer)) for consumer in consumers]
    deadline = time.monotonic() + ANSWER
    while len(numbers) < 200 and time.monotonic() < deadline and not any(task.done() for task in tasks):
        await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
    equal(sorted(numbers), list(range(200)), "numbers of all consumers")


@check("what a consumer has not acknowledged goes to the next one when it leaves")
async def consumer_leaves(server):
    name, events = await server.filled("leaves", 5)
    await answer(server.admin.create_subscription("group", name, start_from=0))
    leaver = server.connect()
    await answer(leaver.connect())
    first = await answer(leaver.connect_subscription("group", name))
    got = await taken(first, 5)
    await first.ack(got[0])
    await answer(leaver.ping())
    await answer(leaver.close())
    second = await answer(server.anonymous.connect_subscription("group", name))
    for number, event in enumerate(await taken(second, 4), 1):
        same(event, events[number], number, name)


@check("persistent subscriptions are created by administrators, and once")
async def persistent_create(server):
    name = stream("created")
    await refused(server.anonymous.create_subscription("group", name), photonpump.AccessDenied)
    await answer(server.admin.create_subscription("group", name))
    await refused(server.admin.create_subscription("group", name), photonpump.SubscriptionCreationFailed)
    await refused(server.admin.connect_subscription("nobody", name), photonpump.SubscriptionCreationFailed)


@check("an idle connection lives on heartbeats")
async def heartbeats(server):
    # Longer than the server's interval and timeout together.
    await asyncio.sleep(max(0, server.idle_since + 5 - time.monotonic()))
    await answer(server.idle.ping())
    for client in (server.idle, server.anonymous, server.admin):
        equal(client.connector.connection_counter, 1, "connections made")


async def run(server):
    passed = failed = 0
    try:
        await server.open()
    except AssertionError as error:
        print(f"FAIL connecting to port {server.port}: {error}")
        return 0, 1
    for title, function in CHECKS:
        try:
            await asyncio.wait_for(function(server), CHECK)
            passed += 1
            print(f"ok   {title}", flush=True)
        except asyncio.TimeoutError:
            failed += 1
            print(f"FAIL {title}: not done after {CHECK} seconds", flush=True)
        except Exception as error:
            failed += 1
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            print(f"FAIL {title}: {kind}{error}", flush=True)
    return passed, failed


async def main(port):
    server = Server(port)
    try:
        passed, failed = await asyncio.wait_for(run(server), EVERYTHING)
    except asyncio.TimeoutError:
        print(f"FAIL all checks together: not done after {EVERYTHING} seconds")
        passed, failed = 0, 1
    await server.close()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: photonpump_interop.py PORT")
    # Even if all timeouts fail.
    faulthandler.dump_traceback_later(EVERYTHING + 60, exit=True)
    # What photon-pump logs of the errors provoked here is of no interest.
    logging.disable(logging.CRITICAL)
    sys.exit(asyncio.run(main(int(sys.argv[1]))))
