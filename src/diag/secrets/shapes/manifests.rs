//! Examples of fields of manifests; [`crate::diag::secrets::shapes`] says what they are for.

use crate::diag::secrets::shapes::Example::{self, Manifest};

/// Texts with a secret.
pub(super) const SECRET: &[Example] = &[
    Manifest(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {plugin: {parameters: [{name: password, string: SECRET!}]}}}",
    ),
    Manifest(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {plugin: {parameters: [{name: passwords, array: [SECRET!]}]}}}",
    ),
    Manifest(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {kustomize: {patches: [{patch: '[{\"op\":\"replace\",\"path\":\"/stringData/password\",\"value\":\"SECRET!\"}]'}]}}}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {op: add, path: /spec/password, value: SECRET!}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {datasource: {secureJsonData: {httpHeaderValue1: SECRET!, other: SECRET!}}}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {users: [{username: u, credentials: [{type: password, value: SECRET!}]}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {stringData: {a: SECRET!}}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {passwords: {admin: SECRET!}, tokens: {ci: SECRET!}, apiKeys: {ci: SECRET!}}",
    ),
    Manifest("apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {secrets: {db: SECRET!}}"),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {options: [{option: password, value: SECRET!}], fields: [{field: token, value: SECRET!}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {headers: [{header: Authorization, value: SECRET!}, {name: X-Api-Key, values: [SECRET!]}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {headers: {Authorization: SECRET!}}",
    ),
    Manifest(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {data: {a: 'user={{ .u }} root=SECRET!', b: '{{ .u }}:SECRET!', c: '{{ \"SECRET!\" | upper }}'}}}}",
    ),
    Manifest(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {metadata: {annotations: {note: SECRET!}}, data: {a: b}}}}",
    ),
    Manifest(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {templateFrom: [{literal: 'a: SECRET!'}]}}}",
    ),
    Manifest(
        "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: t}\nspec: {externalSecretSpec: {target: {template: {data: {cfg: SECRET!}}}}}",
    ),
    Manifest(
        "apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nmetadata: {name: t}\nspec: {secretTemplates: [{name: a, stringData: {cfg: SECRET!}}]}",
    ),
    Manifest(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: t}\nspec: {template: {data: {cfg: SECRET!}, metadata: {annotations: {note: SECRET!}}}}",
    ),
];

/// Texts that are shown as they are.
pub(super) const SHOWN: &[Example] = &[
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {parameters: [{name: region, string: eu1}, {name: passwordKey, string: password}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {op: add, path: /spec/replicas, value: shop1}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {secrets: {db: shop-db, mail: shop-mail}}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {secrets: {name: shop1, enabled: true}, tokens: {type: jwt}}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {volumes: [{secret: {secretName: s1, items: [{key: password, path: password1}]}}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {fields: [{type: password, label: Your password}, {type: text, default: shop1}]}",
    ),
    Manifest(
        "apiVersion: x/v1\nkind: Thing\nmetadata: {name: t}\nspec: {authorization: enabled, cookie: lax}",
    ),
    Manifest(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: t}\nspec: {target: {template: {metadata: {labels: {app.kubernetes.io/name: shop1}}, data: {a: '{{ .a }}', b: '{{ .b | b64dec }}'}, templateFrom: [{configMap: {name: shop1, items: [{key: a}]}}]}}}",
    ),
];
