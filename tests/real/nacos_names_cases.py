"""Nacos services, names about them, and the answers: DESIGN.md section 2 on a server that we did not write.

A row is: question, answer. Questions are relative to ZONE unless they end in a dot; the answer is written as
harness.sections.Reply.told() does, with "@" for ZONE."""
ZONE = "nacos.internal."
NAMESPACES = ("public", "staging", "c")
GROUPS = ("DEFAULT_GROUP", "default-group", "orders", "Orders.V2", "b", "c", "z", "y.z")
NOTHING = "NXDOMAIN aa | SOA @"
EMPTY = "NOERROR aa | SOA @"
RECORDS = "fixed 5 IN A 192.0.2.7"  # the zone's own
DUBBO = "providers:com.acme.Cart:1.0:"
LONG = "org.example." + "Very" * 17  # its last label has 68 octets

# (namespace, group, service, [(ip, port, more)]); `more` as the server's API spells it.
SERVICES = [
    ("public", "DEFAULT_GROUP", "plain", [("10.2.0.1", 8080, {}), ("10.2.0.2", 8081, {"weight": 3})]),
    ("public", "orders", "cart", [("10.2.1.1", 80, {})]),
    ("public", "Orders.V2", "cart", [("10.2.1.2", 80, {})]),
    ("staging", "DEFAULT_GROUP", "cart", [("10.2.1.3", 80, {})]),
    ("staging", "orders", "cart", [("10.2.1.4", 80, {})]),
    ("public", "DEFAULT_GROUP", "UserService", [("10.2.2.1", 80, {})]),
    ("public", "DEFAULT_GROUP", "shop_item", [("10.2.2.2", 80, {})]),
    ("public", "DEFAULT_GROUP", "api.v2.shop", [("10.2.2.3", 80, {})]),
    ("public", "DEFAULT_GROUP", LONG, [("10.2.2.4", 80, {})]),
    ("public", "DEFAULT_GROUP", DUBBO, [("10.2.3.1", 20880, {"metadata": '{"protocol":"dubbo"}'})]),
    ("public", "DEFAULT_GROUP", "racks", [
        ("10.2.4.1", 80, {"clusterName": "BLUE", "metadata": '{"version":"v1"}'}),
        ("10.2.4.2", 80, {"clusterName": "BLUE", "metadata": '{"version":"v2"}'}),
        ("10.2.4.3", 80, {"clusterName": "green-2", "metadata": '{"version":"v2"}'}),
    ]),
    ("public", "DEFAULT_GROUP", "six", [("fd00::6", 80, {})]),
    ("public", "DEFAULT_GROUP", "off", [("10.2.5.1", 80, {"enabled": False})]),
]  # fmt: skip

_DUBBO_NAME = "providers-com.acme.cart-1.0"
_LONG_NAME = "org.example." + ("very" * 17)[:52] + "-63af998b81"

ROWS = [
    # The three forms, and what lies between them.
    ("plain A", "NOERROR aa | plain 5 A 10.2.0.1 | plain 5 A 10.2.0.2"),
    ("plain.default-group A", "NOERROR aa | plain.default-group 5 A 10.2.0.1 | plain.default-group 5 A 10.2.0.2"),
    ("plain.default-group.public A",
     "NOERROR aa | plain.default-group.public 5 A 10.2.0.1 | plain.default-group.public 5 A 10.2.0.2"),
    ("PLAIN A", "NOERROR aa | PLAIN 5 A 10.2.0.1 | PLAIN 5 A 10.2.0.2"),
    ("plain SRV", "NOERROR aa | plain 5 SRV 0 1 8080 10-2-0-1.plain | plain 5 SRV 0 3 8081 10-2-0-2.plain"),
    ("10-2-0-2.plain A", "NOERROR aa | 10-2-0-2.plain 5 A 10.2.0.2"),
    ("10-2-0-3.plain A", NOTHING),
    ("plain AAAA", EMPTY),
    ("default-group.public A", EMPTY),
    ("public A", EMPTY),
    ("nobody A", NOTHING),
    ("plain.orders A", NOTHING),
    ("plain.default-group.staging A", NOTHING),
    # Groups and namespaces: the same service name four times.
    ("cart A", EMPTY),  # com.acme.cart is below it
    ("cart.orders A", "NOERROR aa | cart.orders 5 A 10.2.1.1"),
    ("cart.orders.public A", "NOERROR aa | cart.orders.public 5 A 10.2.1.1"),
    ("cart.orders.v2 A", "NOERROR aa | cart.orders.v2 5 A 10.2.1.2"),
    ("cart.default-group.staging A", "NOERROR aa | cart.default-group.staging 5 A 10.2.1.3"),
    ("cart.orders.staging A", "NOERROR aa | cart.orders.staging 5 A 10.2.1.4"),
    ("cart.staging A", NOTHING),
    # Names that are no host names.
    ("userservice A", "NOERROR aa | userservice 5 A 10.2.2.1"),
    ("UserService A", "NOERROR aa | UserService 5 A 10.2.2.1"),
    ("shop-item A", "NOERROR aa | shop-item 5 A 10.2.2.2"),
    ("shop_item A", NOTHING),
    ("api.v2.shop A", "NOERROR aa | api.v2.shop 5 A 10.2.2.3"),
    ("v2.shop A", EMPTY),
    (f"{_LONG_NAME} A", f"NOERROR aa | {_LONG_NAME} 5 A 10.2.2.4"),
    (f"{_DUBBO_NAME} A", f"NOERROR aa | {_DUBBO_NAME} 5 A 10.2.3.1"),
    (f"_dubbo._tcp.{_DUBBO_NAME} SRV",
     f"NOERROR aa | _dubbo._tcp.{_DUBBO_NAME} 5 SRV 0 1 20880 10-2-3-1.{_DUBBO_NAME}"),
    (f"_http._tcp.{_DUBBO_NAME} SRV", NOTHING),
    ("com.acme.cart A", "NOERROR aa | com.acme.cart 5 A 10.2.3.1"),
    ("com.acme.cart-1.0 A", "NOERROR aa | com.acme.cart-1.0 5 A 10.2.3.1"),
    ("com.acme.cart.default-group.public A", "NOERROR aa | com.acme.cart.default-group.public 5 A 10.2.3.1"),
    ("1.0._version.com.acme.cart A", "NOERROR aa | 1.0._version.com.acme.cart 5 A 10.2.3.1"),
    ("2.0._version.com.acme.cart A", NOTHING),
    ("_dubbo._tcp.com.acme.cart SRV", "NOERROR aa | _dubbo._tcp.com.acme.cart 5 SRV 0 1 20880 10-2-3-1.com.acme.cart"),
    ("acme.cart A", EMPTY),
    # Selectors.
    ("blue._cluster.racks A", "NOERROR aa | blue._cluster.racks 5 A 10.2.4.1 | blue._cluster.racks 5 A 10.2.4.2"),
    ("green-2._cluster.racks A", "NOERROR aa | green-2._cluster.racks 5 A 10.2.4.3"),
    ("v2._version.racks A", "NOERROR aa | v2._version.racks 5 A 10.2.4.2 | v2._version.racks 5 A 10.2.4.3"),
    ("v2._version.blue._cluster.racks A", "NOERROR aa | v2._version.blue._cluster.racks 5 A 10.2.4.2"),
    ("v1._version.green-2._cluster.racks A", NOTHING),
    ("red._cluster.racks A", NOTHING),
    # The other family; nobody enabled; the zone's own record.
    ("six A", EMPTY),
    ("six AAAA", "NOERROR aa | six 5 AAAA fd00::6"),
    ("fd00--6.six AAAA", "NOERROR aa | fd00--6.six 5 AAAA fd00::6"),
    ("off A", EMPTY),
    ("fixed A", "NOERROR aa | fixed 5 A 192.0.2.7"),
]  # fmt: skip

# Two services on one name: (why, question, winner, loser, what explain says of the loser). A service is (namespace,
# group, name); the winner None is the zone itself.
COLLISIONS = [
    ("static record first", "fixed", None, ("public", "DEFAULT_GROUP", "fixed"), "static records first"),
    ("the host of the zone's NS", "ns.dns", None, ("public", "DEFAULT_GROUP", "ns.dns"), "the zone's own record"),
    ("full before group", "a.b.c", ("c", "b", "a"), ("public", "c", "a.b"), "full form before group form"),
    ("full before bare", "f.b.c", ("c", "b", "f"), ("public", "DEFAULT_GROUP", "f.b.c"), "before bare form"),
    ("group before bare", "g.b", ("public", "b", "g"), ("public", "DEFAULT_GROUP", "g.b"), "before bare form"),
    ("DEFAULT_GROUP owns default-group", "d.default-group", ("public", "DEFAULT_GROUP", "d"),
     ("public", "default-group", "d"), "DEFAULT_GROUP owns default-group"),
    ("fewer dots", "x.y.z", ("public", "y.z", "x"), ("public", "z", "x.y"), "fewer dots"),
    ("exact spelling", "same", ("public", "DEFAULT_GROUP", "same"), ("public", "DEFAULT_GROUP", "Same"), "exact spelling"),
    ("byte order", "case", ("public", "DEFAULT_GROUP", "CASE"), ("public", "DEFAULT_GROUP", "Case"), "byte order"),
]  # fmt: skip
