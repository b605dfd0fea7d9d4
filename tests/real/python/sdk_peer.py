"""The official Python SDK of Nacos as a publisher and as a listener, driven by lines on standard input.

Same front as tests/real/java/SdkPeer.java, which lists the commands, and register takes metadata, JSON without
blanks, at its end; runs in the virtual environment of the peer
nacos_python, not in the one of the tests. Arguments: server address, namespace, optionally user name and password.
"""
import asyncio
import json
import sys
import time

from v2.nacos import (
    ClientConfigBuilder,
    DeregisterInstanceParam,
    GRPCConfig,
    NacosNamingService,
    RegisterInstanceParam,
    SubscribeServiceParam,
)


def say(line):
    print(line, flush=True)


def text(instances):
    return ",".join(
        sorted(f"{i.ip}:{i.port}:{i.weight}:{str(i.healthy).lower()}:{str(i.enabled).lower()}" for i in instances)
    )


async def subscribe(naming, service, group):
    async def changed(instances):
        say(f"event {service} {time.monotonic_ns()} {text(instances)}")

    await naming.subscribe(
        SubscribeServiceParam(service_name=service, group_name=group, subscribe_callback=changed)
    )


async def obey(naming, word):
    if word[0] == "register":
        await naming.register_instance(
            RegisterInstanceParam(
                service_name=word[1],
                group_name=word[2],
                ip=word[3],
                port=int(word[4]),
                weight=float(word[5]),
                enabled=word[6] == "true",
                metadata=json.loads(word[7]) if len(word) > 7 else {},
                ephemeral=True,
            )
        )
    elif word[0] == "deregister":
        await naming.deregister_instance(
            DeregisterInstanceParam(
                service_name=word[1], group_name=word[2], ip=word[3], port=int(word[4]), ephemeral=True
            )
        )
    elif word[0] == "subscribe":
        await subscribe(naming, word[1], word[2])
    else:
        raise ValueError(f"no such command: {word[0]}")


async def main(arguments):
    builder = (
        ClientConfigBuilder()
        .server_address(arguments[0])
        .namespace_id(arguments[1])
        .log_level("INFO")
        .grpc_config(GRPCConfig(grpc_timeout=5000))
    )
    if len(arguments) > 3:
        builder = builder.username(arguments[2]).password(arguments[3])
    naming = await NacosNamingService.create_naming_service(builder.build())
    say("ready")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            await obey(naming, line.split())
            say("ok")
        except Exception as failure:  # the harness turns it into a failed test
            say("error " + repr(failure).replace("\n", " "))


asyncio.run(main(sys.argv[1:]))
