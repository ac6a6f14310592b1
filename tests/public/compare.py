#!/usr/bin/env python3
"""Compares our waves with those that people wrote by hand.

    cargo build --profile optimized --bin generate
    tests/public/compare.py DIR...

Each DIR is a directory of plain manifests with `argocd.argoproj.io/sync-wave` annotations, of a public repository for
example; nothing of it is committed here. The waves are taken away (those of hooks stay: hooks are passed through),
`generate` runs on the copy, and five numbers come out:

  inversions    somebody put A before B, and we put B before A
  never worse   something comes before what it names, by a reader that shares no code with the product
  warnings      what `generate check` says of the directory as it is, by code
  refusals      directories that are not compiled
  meaningful    of the orders of which B names A, those that we find

What is found is printed below the numbers. An inversion is a fault only where the two have to do with each other:
read each. Needs PyYAML.
"""

import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

L = yaml.CSafeLoader


class Tolerant(L):
    pass


Tolerant.add_multi_constructor("!", lambda l, t, n: None)
Tolerant.yaml_implicit_resolvers = {
    k: [(t, r) for t, r in v if t not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")]
    for k, v in L.yaml_implicit_resolvers.items()
}
G = os.environ.get("GENERATE", "target/optimized/generate")
WAVE = "argocd.argoproj.io/sync-wave"
CLUSTER = {
    "Namespace",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ClusterIssuer",
    "StorageClass",
    "PersistentVolume",
    "GatewayClass",
    "PriorityClass",
    "IngressClass",
    "APIService",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
}


def load(text):
    out = []
    for d in yaml.load_all(text, Loader=Tolerant):
        if not isinstance(d, dict):
            continue
        if isinstance(d.get("items"), list) and str(d.get("kind", "")).endswith("List"):
            out += [x for x in d["items"] if isinstance(x, dict)]
        else:
            out.append(d)
    return out


def meta(d):
    return d.get("metadata") if isinstance(d.get("metadata"), dict) else {}


def ann(d):
    return meta(d).get("annotations") or {}


def group(d):
    v = str(d.get("apiVersion", ""))
    return v.rsplit("/", 1)[0] if "/" in v else ""


def key(d):
    ns = "" if d.get("kind") in CLUSTER else str(meta(d).get("namespace") or "")
    return (group(d), d.get("kind"), ns, str(meta(d).get("name")))


def wave(d):
    a = ann(d)
    for k in (WAVE, "helm.sh/hook-weight"):
        try:
            return int(str(a[k]))
        except Exception:
            pass
    return 0


def hook(d):
    return ann(d).get("argocd.argoproj.io/hook") or ann(d).get("helm.sh/hook")


def label(k):
    return f"{k[1]}/{k[3]}"


def texts(x, out):
    st = [x]
    while st:
        n = st.pop()
        if isinstance(n, str):
            out.append(n)
        elif isinstance(n, dict):
            st += list(n.values())
        elif isinstance(n, list):
            st += n
    return out


def walk(x, path=()):
    if isinstance(x, dict):
        yield path, x
        for k, v in x.items():
            yield from walk(v, path + (str(k),))
    elif isinstance(x, list):
        for v in x:
            yield from walk(v, path)


def podspec(d):
    k = d.get("kind")
    s = d.get("spec") or {}
    if not isinstance(s, dict):
        return None
    try:
        if k == "Pod":
            return s
        if k == "CronJob":
            return s["jobTemplate"]["spec"]["template"]["spec"]
        if k in (
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "Job",
            "ReplicaSet",
            "Rollout",
            "DeploymentConfig",
        ):
            return s["template"]["spec"]
    except Exception:
        return None


MADE = {
    "ExternalSecret": lambda d: [
        ((d.get("spec") or {}).get("target") or {}).get("name") or meta(d).get("name")
    ],
    "SealedSecret": lambda d: [meta(d).get("name")],
    "OnePasswordItem": lambda d: [meta(d).get("name")],
    "BitwardenSecret": lambda d: [(d.get("spec") or {}).get("secretName")],
    "Certificate": lambda d: [(d.get("spec") or {}).get("secretName")],
    "VaultStaticSecret": lambda d: [((d.get("spec") or {}).get("destination") or {}).get("name")],
    "KafkaUser": lambda d: [meta(d).get("name")],
    "InfisicalSecret": lambda d: [
        ((d.get("spec") or {}).get("managedSecretReference") or {}).get("secretName")
    ],
    "Cluster": lambda d: [f"{meta(d).get('name')}-{s}" for s in ("app", "superuser", "ca")],
    "PostgresCluster": lambda d: (
        [f"{meta(d).get('name')}-pguser-{u.get('name')}" for u in (d.get("spec") or {}).get("users") or []]
        + [f"{meta(d).get('name')}-pguser-{meta(d).get('name')}"]
    ),
    "RabbitmqCluster": lambda d: [f"{meta(d).get('name')}-default-user"],
}
SVC = {
    "Cluster": ["-rw", "-ro", "-r"],
    "Pooler": [""],
    "postgresql": ["", "-repl"],
    "PostgresCluster": ["-primary", "-ha", "-pgbouncer", "-replicas"],
    "Kafka": ["-kafka-bootstrap"],
    "RabbitmqCluster": [""],
    "MariaDB": ["", "-primary"],
    "Redis": [""],
    "Dragonfly": [""],
    "Elasticsearch": ["-es-http"],
    "MongoDBCommunity": ["-svc"],
    "RedisFailover": [],
}
ASYNC = {
    "ExternalSecret",
    "SealedSecret",
    "Certificate",
    "Cluster",
    "PostgresCluster",
    "RabbitmqCluster",
    "OnePasswordItem",
    "KafkaUser",
    "Kafka",
    "BitwardenSecret",
    "VaultStaticSecret",
    "InfisicalSecret",
    "postgresql",
    "Pooler",
    "Redis",
    "MariaDB",
    "Dragonfly",
    "Elasticsearch",
    "MongoDBCommunity",
    "ClusterExternalSecret",
}
PRESENT = {
    "Namespace",
    "CustomResourceDefinition",
    "Secret",
    "ConfigMap",
    "ServiceAccount",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Role",
    "ClusterRole",
    "Service",
    "PriorityClass",
}
DATA = re.compile(
    r"(^|/)(bitnami/)?(postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|valkey|rabbitmq|kafka|elasticsearch|opensearch|spilo|timescaledb|postgis|clickhouse|minio|memcached|influxdb|cassandra|nats|couchdb|mssql|pgvector)([-:@/0-9]|$)"
)


def needs(docs, keys):
    """(reader, named, why, strict): told from the texts alone"""
    out = []
    by = {}
    for i, k in enumerate(keys):
        by.setdefault((k[1], k[3]), []).append(i)

    def fit(a, b):
        x, y = keys[a][2], keys[b][2]
        return not x or not y or x == y

    def find(kind, name, frm):
        return [i for i in by.get((kind, name), []) if i != frm and fit(frm, i)]

    makers = {}
    for i, d in enumerate(docs):
        f = MADE.get(d.get("kind"))
        if f:
            try:
                for n in f(d):
                    if n:
                        makers.setdefault(n, []).append(i)
            except Exception:
                pass
    services = {}
    for i, d in enumerate(docs):
        if d.get("kind") == "Service" and group(d) == "":
            sel = (d.get("spec") or {}).get("selector")
            if not isinstance(sel, dict) or not sel:
                continue
            for j, w in enumerate(docs):
                p = podspec(w)
                if p is None or not fit(i, j):
                    continue
                lab = (
                    (
                        (((w.get("spec") or {}).get("template") or {}).get("metadata") or {}).get("labels")
                        or {}
                    )
                    if w.get("kind") != "Pod"
                    else (meta(w).get("labels") or {})
                )
                if all(lab.get(a) == b for a, b in sel.items()):
                    services.setdefault(keys[i][3], []).append(j)
        for s in SVC.get(d.get("kind"), []):
            services.setdefault(keys[i][3] + s, []).append(i)

    def isdata(j):
        p = podspec(docs[j])
        if p is None:
            return docs[j].get("kind") in SVC
        return any(
            DATA.search(str(c.get("image", ""))) for c in p.get("containers") or [] if isinstance(c, dict)
        )

    crd = {}
    for i, d in enumerate(docs):
        if d.get("kind") == "CustomResourceDefinition":
            s = d.get("spec") or {}
            crd[(s.get("group"), (s.get("names") or {}).get("kind"))] = i
    proj = {keys[i][3]: i for i, d in enumerate(docs) if d.get("kind") in ("Namespace", "Project")}
    subs = [
        i
        for i, d in enumerate(docs)
        if d.get("kind") == "Subscription" and group(d) == "operators.coreos.com"
    ]
    for i, d in enumerate(docs):
        k = keys[i]
        if (k[0], k[1]) in crd:
            out.append((i, crd[(k[0], k[1])], "its CRD", False))
        if k[2] in proj and proj[k[2]] != i:
            out.append((i, proj[k[2]], "its namespace", False))
        p = podspec(d)
        names = set()
        if p is not None:
            for path, n in walk(p):
                if n.get("optional") is True:
                    continue
                for f, kind, kk in (
                    ("secretRef", "Secret", "name"),
                    ("secretKeyRef", "Secret", "name"),
                    ("secret", "Secret", "secretName"),
                    ("configMapRef", "ConfigMap", "name"),
                    ("configMapKeyRef", "ConfigMap", "name"),
                    ("configMap", "ConfigMap", "name"),
                    ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
                ):
                    v = n.get(f)
                    if isinstance(v, dict) and v.get("optional") is not True:
                        nm = v.get(kk) or v.get("name")
                        if isinstance(nm, str):
                            names.add((kind, nm))
            if isinstance(p.get("serviceAccountName"), str):
                names.add(("ServiceAccount", p["serviceAccountName"]))
            for s in p.get("imagePullSecrets") or []:
                if isinstance(s, dict):
                    names.add(("Secret", s.get("name")))
        elif group(d) not in ("", "rbac.authorization.k8s.io", "apps", "batch"):
            for path, n in walk(d.get("spec") or {}):
                if isinstance(n.get("kind"), str) and isinstance(n.get("name"), str):
                    names.add((n["kind"], n["name"]))
                for f in n:
                    v = n[f]
                    if (
                        re.search("secret", f, re.I)
                        and isinstance(v, str)
                        and re.search("(name|secret)$", f, re.I)
                    ):
                        names.add(("Secret", v))
                    if (
                        re.search("secret", f, re.I)
                        and isinstance(v, dict)
                        and isinstance(v.get("name"), str)
                    ):
                        names.add(("Secret", v["name"]))
        if k[1] in ("RoleBinding", "ClusterRoleBinding"):
            r = d.get("roleRef") or {}
            names.add((r.get("kind"), r.get("name")))
            for s in d.get("subjects") or []:
                if isinstance(s, dict) and s.get("kind") == "ServiceAccount":
                    names.add(("ServiceAccount", s.get("name")))
        for kind, nm in names:
            if not nm:
                continue
            for j in find(kind, nm, i):
                out.append(
                    (
                        i,
                        j,
                        f"{kind} {nm}",
                        docs[j].get("kind") in ASYNC
                        and kind != "PersistentVolumeClaim"
                        or kind in ("SecretStore", "ClusterSecretStore", "Issuer", "ClusterIssuer"),
                    )
                )
            if kind == "Secret" and nm in makers and k[1] not in MADE:
                for j in makers[nm]:
                    if j != i and fit(i, j):
                        out.append((i, j, f"the made Secret {nm}", True))
            if kind == "Secret" and nm in makers and k[1] == "Cluster":
                for j in makers[nm]:
                    if j != i and docs[j].get("kind") != "Cluster" and fit(i, j):
                        out.append((i, j, f"the made Secret {nm}", True))
        if p is not None:
            tx = []
            for c in (p.get("containers") or []) + (p.get("initContainers") or []):
                if not isinstance(c, dict):
                    continue
                texts(c.get("args"), tx)
                texts(c.get("command"), tx)
                for e in c.get("env") or []:
                    if isinstance(e, dict) and isinstance(e.get("value"), str):
                        tx.append(e["value"])
                        if re.search("HOST|SERVER|ADDR|ENDPOINT|BROKER", str(e.get("name")), re.I):
                            tx.append("//" + e["value"] + "/")
            for kind, nm in names:
                if kind == "ConfigMap":
                    for j in find(kind, nm, i):
                        dd = docs[j].get("data") or {}
                        texts(dd, tx)
                        for a, b in dd.items():
                            if isinstance(b, str) and re.search("HOST", str(a)) and "\n" not in b:
                                tx.append("//" + b + "/")
            blob = "\n".join(tx)
            for s, js in services.items():
                if (
                    re.search(
                        r'(?://|@|=|[\s,"\']|^)'
                        + re.escape(s)
                        + r"(?:\.[a-z0-9-]+(?:\.svc)?(?:\.cluster\.local)?)?(?::\d{2,5}\b|/)",
                        blob,
                    )
                    and s in blob
                ):
                    for j in js:
                        if j != i and fit(i, j):
                            out.append((i, j, f"address {s}", isdata(j) and not isdata(i)))
        if k[1] == "Subscription" and k[0] == "operators.coreos.com":
            for j, e in enumerate(docs):
                if e.get("kind") == "OperatorGroup" and fit(i, j):
                    out.append((i, j, "its OperatorGroup", False))
                if e.get("kind") == "CatalogSource" and keys[j][3] == (d.get("spec") or {}).get("source"):
                    out.append((i, j, "its CatalogSource", True))
        if (
            subs
            and "." in k[0]
            and k[0] != "operators.coreos.com"
            and not k[0].endswith(".k8s.io")
            and (k[0], k[1]) not in crd
        ):
            # one operator alone, or a package whose name is in the group
            for j in subs:
                pk = str((docs[j].get("spec") or {}).get("name") or keys[j][3])
                w = [
                    x
                    for x in re.split("[^a-z0-9]", pk.lower())
                    if len(x) > 2
                    and x
                    not in (
                        "operator",
                        "openshift",
                        "community",
                        "rh",
                        "product",
                        "kubernetes",
                        "redhat",
                        "certified",
                        "cluster",
                    )
                ]
                if any(x in (k[0] + k[1]).lower().replace("-", "") for x in w):
                    out.append((i, j, "its operator by Subscription", True))
    return out


def run(*a, **kw):
    return subprocess.run(a, capture_output=True, timeout=60, **kw)


def one(d):
    res = {
        "dir": d,
        "inv": [],
        "never": [],
        "miss": [],
        "found": 0,
        "warn": [],
        "err": None,
        "pairs": 0,
        "npairs": 0,
        "waves": 0,
    }
    docs = []
    for f in sorted(glob.glob(d + "/**/*", recursive=True)):
        if os.path.isfile(f) and f.endswith((".yaml", ".yml", ".json")):
            try:
                docs += load(open(f, "rb").read())
            except Exception as e:
                res["err"] = "(own reader) " + str(e)[:100]
                return res
    docs = [x for x in docs if "kind" in x and "apiVersion" in x]
    r = run(G, "check", d)
    res["warn"] = [
        l
        for l in r.stderr.decode(errors="replace").splitlines()
        + r.stdout.decode(errors="replace").splitlines()
        if re.match(r"^\S+?:\d+:\d+: (warning|error)", l)
    ]
    t = os.path.join(SCRATCH, str(abs(hash(d))))
    shutil.copytree(d, t)
    for f in glob.glob(t + "/**/*", recursive=True):
        if os.path.isfile(f):
            s = open(f, "rb").read()
            # Hooks are passed through with their own waves: those stay.
            parts = re.split(rb"(?m)^(---.*)$", s)
            parts = [
                p
                if b"/hook" in p
                else re.sub(rb'argocd\.argoproj\.io/sync-wave(["\']?\s*:)', rb"x-stripped/wave\1", p)
                for p in parts
            ]
            s = b"".join(parts)
            open(f, "wb").write(s)
    r = run(G, t)
    if r.returncode != 0:
        e = [l for l in r.stderr.decode(errors="replace").splitlines() if ": error" in l]
        res["err"] = (e or r.stderr.decode(errors="replace").splitlines() or ["?"])[0][:300]
        return res
    try:
        ours = load(r.stdout)
    except Exception as e:
        res["err"] = "(own reader of the output) " + str(e)[:200]
        return res
    pos = {key(x): (wave(x), i) for i, x in enumerate(ours)}
    res["waves"] = len({w for w, _ in pos.values()})
    docs = [x for x in docs if not hook(x) or str(hook(x)) == "Sync"]
    seen = {}
    for x in docs:
        seen[key(x)] = x
    docs = [x for x in seen.values() if key(x) in pos]
    keys = [key(x) for x in docs]
    theirs = [wave(x) for x in docs]
    mine = [pos[k] for k in keys]
    ns = needs(docs, keys)
    need = {}
    for a, b, why, strict in ns:
        old = need.get((a, b))
        need[(a, b)] = (why if not old else old[0], strict or (old[1] if old else False))
    for (a, b), (why, strict) in need.items():
        if mine[a][0] < mine[b][0] and (b, a) not in need:
            res["never"].append(
                f"{label(keys[a])} (ours {mine[a][0]}, theirs {theirs[a]}) needs {label(keys[b])} (ours {mine[b][0]}, theirs {theirs[b]}): {why}"
            )
        if theirs[b] < theirs[a]:
            res["npairs"] += 1
            good = mine[b][0] < mine[a][0] if strict else mine[b] < mine[a]
            if good:
                res["found"] += 1
            else:
                res["miss"].append(
                    f"{label(keys[a])} ({theirs[a]}->{mine[a][0]}) needs {label(keys[b])} ({theirs[b]}->{mine[b][0]}): {why}{' !' if strict else ''}"
                )
    for a in range(len(docs)):
        for b in range(len(docs)):
            if theirs[a] < theirs[b]:
                res["pairs"] += 1
                if mine[a][0] > mine[b][0]:
                    res["inv"].append(
                        f"{label(keys[a])} ({theirs[a]}->{mine[a][0]}) | {label(keys[b])} ({theirs[b]}->{mine[b][0]})"
                    )
    return res


def main():
    dirs = []
    for a in sys.argv[1:]:
        dirs += [x for x in sorted(glob.glob(a)) if os.path.isdir(x)]
    if not dirs:
        sys.exit(__doc__)
    with ThreadPoolExecutor(2) as ex:
        rs = list(ex.map(one, dirs))
    ok = [r for r in rs if not r["err"]]
    c = collections.Counter(
        re.search(r"(warning|error)\[([^\]]*)\]", w).group(0)
        for r in rs
        for w in r["warn"]
        if re.search(r"\[[^\]]*\]", w)
    )
    print("directories", len(rs), "compiled", len(ok), "errors", len(rs) - len(ok))
    print(
        "ordered pairs",
        sum(r["pairs"] for r in ok),
        "inversions",
        sum(len(r["inv"]) for r in ok),
        "in",
        sum(1 for r in ok if r["inv"]),
    )
    print("never worse: faults", sum(len(r["never"]) for r in ok), "in", sum(1 for r in ok if r["never"]))
    n = sum(r["npairs"] for r in ok)
    f = sum(r["found"] for r in ok)
    print("meaningful", n, "found", f, "%.2f %%" % (100 * f / max(1, n)))
    print("warnings", c.most_common())
    for r in rs:
        if r["err"]:
            print("REFUSED", r["dir"], r["err"])
        for kind, name in (("never", "WORSE"), ("miss", "MISSED"), ("inv", "INVERTED")):
            for line in r[kind]:
                print(name, r["dir"], line)


SCRATCH = tempfile.mkdtemp()
try:
    main()
finally:
    shutil.rmtree(SCRATCH)
