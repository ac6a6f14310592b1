//! What `deploy/` installs: the kustomizations are rendered and the pod is looked at; the files that
//! repeat the health checks are compared with them (`BLESS=1` writes them).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use argocd_atlas_plugin::generator::health::{self, ATLAS_CHECKS, HealthCheck, all};
use serde_json::{Value, json};

const IMAGE: &str = "ghcr.io/argocd-atlas-plugin/argocd-atlas-plugin:v0.1.0";
/// What comes below it is written by `BLESS=1 cargo test --test fast deploy::`.
const MARK: &str = "# Below this line: BLESS=1 cargo test --test fast deploy::\n";

/// Inside the component, and not beside it: a file of its own could be applied by itself.
#[test]
fn the_component_holds_the_config_map() {
    let path = "deploy/kustomize/health/kustomization.yaml";
    let text = health::config_map(&all());
    let (_, object) = text.split_once("apiVersion").unwrap();
    // Kustomize trims the text of a patch, and a script would lose its last line end.
    let patch = indented(&format!("apiVersion{object}# The end\n"), 6);
    check_generated(path, &format!("{}  - patch: |\n{patch}", head(path)));

    let patches = &read_yaml(path)["patches"];
    let patch: Value = serde_saphyr::from_str(patches[0]["patch"].as_str().unwrap()).unwrap();
    assert_eq!(patch, serde_saphyr::from_str::<Value>(&health::config_map(&all())).unwrap());
}

/// Nothing under `deploy/` is an object that the cluster has already, in a form that `kubectl apply` takes.
#[test]
fn no_file_replaces_what_is_installed() {
    let mut folders = vec![root().join("deploy")];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let path = entry.strip_prefix(root()).unwrap().display().to_string();
            if !path.ends_with(".yaml") || path.starts_with("deploy/health/") {
                continue;
            }
            let kind = read_yaml(&path)["kind"].as_str().unwrap_or_default().to_owned();
            let harmless = [
                "",
                "Component",
                "ConfigManagementPlugin",
                "Application",
                "ApplicationSet",
                "PrometheusRule",
                "PodMonitor",
            ];
            assert!(harmless.contains(&kind.as_str()), "{path}: {kind}");
        }
    }
}

#[test]
fn the_helm_values_hold_the_checks() {
    let path = "deploy/helm/health-values.yaml";
    let mut generated = head(path);
    for (key, value) in health::keys(&all()) {
        generated.push_str(&format!("    {key}: |\n{}", indented(&value, 6)));
    }
    check_generated(path, &generated);

    let values = read_yaml(path);
    let patch: Value = serde_saphyr::from_str(&health::merge_patch(&all())).unwrap();
    assert_eq!(values["configs"]["cm"], patch["data"]);
}

#[test]
fn the_argocd_resource_holds_the_checks() {
    let path = "deploy/argocd-operator/argocd.yaml";
    let mut generated = head(path);
    for check in all() {
        generated.push_str(&format!(
            "    - group: {}\n      kind: {}\n      check: |\n{}",
            check.group,
            check.kind,
            indented(check.lua, 8)
        ));
    }
    generated.push_str("  resourceActions:\n");
    let keys = health::keys(&all());
    let actions = |check: &HealthCheck| {
        let key = format!("resource.customizations.actions.{}_{}", check.group, check.kind);
        keys.iter().find(|(written, _)| *written == key).unwrap().1.clone()
    };
    for check in ATLAS_CHECKS {
        generated.push_str(&format!(
            "    - group: {}\n      kind: {}\n      action: |\n{}",
            check.group,
            check.kind,
            indented(&actions(&check), 8)
        ));
    }
    check_generated(path, &generated);

    let argocd = read_yaml(path);
    for (check, written) in
        ATLAS_CHECKS.iter().zip(argocd["spec"]["resourceActions"].as_array().unwrap())
    {
        assert_eq!(
            *written,
            json!({"group": check.group, "kind": check.kind, "action": actions(check)})
        );
    }
    let checks = &argocd["spec"]["resourceHealthChecks"];
    assert_eq!(checks.as_array().unwrap().len(), all().len());
    for (check, written) in all().iter().zip(checks.as_array().unwrap()) {
        assert_eq!(*written, json!({"group": check.group, "kind": check.kind, "check": check.lua}));
    }
}

#[test]
fn the_config_map_variant_holds_the_same_plugin_yaml() {
    check_generated("deploy/kustomize/sidecar-configmap/plugin.yaml", &read("plugin.yaml"));
}

/// As `ReadPluginConfig` and `ValidatePluginConfig` of Argo CD's `cmpserver/plugin/config.go`.
#[test]
fn plugin_yaml_is_what_the_server_wants() {
    let plugin = read_yaml("plugin.yaml");
    assert_eq!(plugin["apiVersion"], "argoproj.io/v1alpha1");
    assert_eq!(plugin["kind"], "ConfigManagementPlugin");
    assert_eq!(plugin["metadata"], json!({"name": "argocd-atlas-plugin"}));
    let spec = &plugin["spec"];
    assert_eq!(spec["generate"], json!({"command": ["generate"]}));
    assert_eq!(spec["parameters"]["dynamic"], json!({"command": ["generate", "parameters"]}));
    assert_eq!(keys(spec), ["generate", "parameters"]);
    for parameter in spec["parameters"]["static"].as_array().unwrap() {
        for key in keys(parameter) {
            let known = [
                "name",
                "title",
                "tooltip",
                "required",
                "itemType",
                "collectionType",
                "string",
                "array",
                "map",
            ];
            assert!(known.contains(&key), "{parameter}");
        }
        let collection = parameter["collectionType"].as_str().unwrap();
        assert!(["string", "array", "map"].contains(&collection), "{parameter}");
    }
}

#[test]
fn all_three_ways_install_the_same_container() {
    let patch = read_yaml("deploy/kustomize/sidecar/repo-server.yaml");
    let volumes = json!([patch[1]["value"]]);
    let mut expected = patch[0]["value"].clone();
    expected["image"] = json!(IMAGE);

    let helm = &read_yaml("deploy/helm/values.yaml")["repoServer"];
    assert_eq!(helm["extraContainers"], json!([expected]));
    assert_eq!(helm["volumes"], volumes);

    let repo = &read_yaml("deploy/argocd-operator/argocd.yaml")["spec"]["repo"];
    assert_eq!(repo["sidecarContainers"], json!([expected]));
    assert_eq!(repo["volumes"], volumes);
}

#[test]
fn the_config_map_variant_is_the_sidecar_and_one_mount() {
    let plain = read_yaml("deploy/kustomize/sidecar/repo-server.yaml");
    let mut variant = read_yaml("deploy/kustomize/sidecar-configmap/repo-server.yaml");
    variant[0]["value"]["volumeMounts"].as_array_mut().unwrap().pop().unwrap();
    variant.as_array_mut().unwrap().pop().unwrap();
    assert_eq!(plain, variant);
}

#[test]
fn the_examples_name_the_plugin_and_its_parameters() {
    let parameters: Vec<String> = read_yaml("plugin.yaml")["spec"]["parameters"]["static"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    let application = &read_yaml("deploy/examples/application.yaml")["spec"];
    let template = &read_yaml("deploy/examples/applicationset.yaml")["spec"]["template"]["spec"];
    for spec in [application, template] {
        let plugin = &spec["source"]["plugin"];
        assert_eq!(plugin["name"], "argocd-atlas-plugin");
        for parameter in plugin["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            assert!(parameters.iter().any(|known| known == name), "{name}");
        }
    }
}

#[test]
fn the_sidecar_is_locked_down_and_leaves_the_repo_server_alone() {
    let Some(objects) = kustomize("tests/deploy/overlay") else { return };
    let pod = pod_spec(&objects);
    check_sidecar(pod, IMAGE, &[]);
    assert_eq!(pod["automountServiceAccountToken"], false);
    // Everything that was there is there, unchanged.
    let base = read_yaml("tests/deploy/base/repo-server.yaml");
    let base = &base["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0], base["containers"][0], "first, and unchanged");
    assert_eq!(pod["initContainers"], base["initContainers"]);
    for volume in base["volumes"].as_array().unwrap() {
        assert_eq!(named(&pod["volumes"], volume["name"].as_str().unwrap()), *volume);
    }
    assert_eq!(
        pod["volumes"].as_array().unwrap().len(),
        base["volumes"].as_array().unwrap().len() + 1
    );
    assert_eq!(objects.len(), 2, "nothing but the two objects of the base");
    for object in &objects {
        assert_eq!(object["metadata"]["namespace"], "argocd");
    }
}

#[test]
fn the_patch_merges_into_argocd_cm() {
    let Some(objects) = kustomize("tests/deploy/overlay") else { return };
    let patched = object(&objects, "ConfigMap", "argocd-cm");
    let mut expected = read_yaml("tests/deploy/base/argocd-cm.yaml");
    for (key, value) in health::keys(&all()) {
        expected["data"][key] = json!(value);
    }
    assert_eq!(patched["data"], expected["data"]);
    assert_eq!(patched["metadata"]["labels"], expected["metadata"]["labels"]);
}

#[test]
fn the_config_map_variant_mounts_its_plugin_yaml_and_takes_another_image() {
    let Some(objects) = kustomize("tests/deploy/overlay-configmap") else { return };
    let pod = pod_spec(&objects);
    let mount = json!({
        "name": "argocd-atlas-plugin-config",
        "mountPath": "/home/argocd/cmp-server/config/plugin.yaml",
        "subPath": "plugin.yaml",
        "readOnly": true,
    });
    check_sidecar(pod, "registry.example.com/atlas-plugin:build-7", &[mount]);
    assert_eq!(pod["containers"][0]["name"], "argocd-repo-server");
    let volume = named(&pod["volumes"], "argocd-atlas-plugin-config");
    let name = volume["configMap"]["name"].as_str().unwrap();
    assert!(name.starts_with("argocd-atlas-plugin-config-"), "{name} has a content hash");
    let config_map = object(&objects, "ConfigMap", name);
    assert_eq!(config_map["data"], json!({"plugin.yaml": read("plugin.yaml")}));
}

/// The one place that says what the sidecar may and may not.
fn check_sidecar(pod: &Value, image: &str, extra_mounts: &[Value]) {
    let sidecar = named(&pod["containers"], "argocd-atlas-plugin");
    assert_eq!(sidecar["image"], image);
    assert_eq!(sidecar["command"], json!(["/var/run/argocd/argocd-cmp-server"]));
    assert_eq!(
        sidecar["securityContext"],
        json!({
            "runAsUser": 999,
            "runAsGroup": 999,
            "runAsNonRoot": true,
            "readOnlyRootFilesystem": true,
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        })
    );
    for kind in ["requests", "limits"] {
        assert_eq!(keys(&sidecar["resources"][kind]), ["cpu", "memory"]);
    }

    // Plain values only: nothing from Secrets, neither variables nor files.
    for variable in sidecar["env"].as_array().into_iter().flatten() {
        assert_eq!(keys(variable), ["name", "value"]);
    }
    assert_eq!(sidecar["envFrom"], Value::Null);
    let mut expected = extra_mounts.to_vec();
    expected.extend([
        json!({"name": "var-files", "mountPath": "/var/run/argocd", "readOnly": true}),
        json!({"name": "plugins", "mountPath": "/home/argocd/cmp-server/plugins"}),
        json!({"name": "argocd-atlas-plugin-tmp", "mountPath": "/tmp"}),
    ]);
    let mounts = sidecar["volumeMounts"].as_array().unwrap();
    assert_eq!(mounts.len(), expected.len(), "{mounts:?}");
    for mount in &expected {
        assert!(mounts.contains(mount), "{mount} is not in {mounts:?}");
    }
    // Its own /tmp, which no other container mounts.
    let own_tmp = named(&pod["volumes"], "argocd-atlas-plugin-tmp");
    assert_eq!(own_tmp, json!({"name": "argocd-atlas-plugin-tmp", "emptyDir": {}}));
    for container in pod["containers"].as_array().unwrap() {
        let has_it = container["volumeMounts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|mount| mount["name"] == "argocd-atlas-plugin-tmp");
        assert_eq!(has_it, container["name"] == "argocd-atlas-plugin");
    }
}

fn pod_spec(objects: &[Value]) -> &Value {
    &object(objects, "Deployment", "argocd-repo-server")["spec"]["template"]["spec"]
}

fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    objects
        .iter()
        .find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
        .unwrap_or_else(|| panic!("no {kind}/{name}"))
}

fn named(list: &Value, name: &str) -> Value {
    list.as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"] == name)
        .unwrap_or_else(|| panic!("no `{name}` in {list}"))
        .clone()
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Renders a kustomization; says so and gives nothing where no tool can.
#[expect(clippy::print_stderr, reason = "a test that cannot run says why")]
fn kustomize(directory: &str) -> Option<Vec<Value>> {
    let Some(mut command) = renderer() else {
        eprintln!("{directory} was not rendered: neither `kustomize` 5 nor `kubectl` 1.27 is here");
        return None;
    };
    let output = command.arg(root().join(directory)).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{directory}: {stderr}");
    assert!(stderr.is_empty(), "{directory} is rendered with a warning: {stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(serde_saphyr::from_multiple(&text).unwrap())
}

/// `kustomize build` or `kubectl kustomize`, version 5: Debian 12's own kubectl brings version 2,
/// which knows no components.
#[expect(clippy::disallowed_methods, reason = "the renderer is another program")]
fn renderer() -> Option<Command> {
    let says_version_5 = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| {
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("v5.")
        })
    };
    let (program, verb) = if says_version_5("kustomize", &["version"]) {
        ("kustomize", "build")
    } else if says_version_5("kubectl", &["version", "--client"]) {
        ("kubectl", "kustomize")
    } else {
        return None;
    };
    let mut command = Command::new(program);
    command.arg(verb);
    Some(command)
}

/// Compares a committed file with what it should be, or writes it.
#[expect(clippy::disallowed_methods, reason = "a test may read the repository and its switch")]
fn check_generated(path: &str, expected: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join(path), expected).unwrap();
    }
    assert!(read(path) == expected, "{path} is stale: BLESS=1 cargo test --test fast deploy::");
}

/// The hand-written part of a file, up to and with the mark.
fn head(path: &str) -> String {
    let text = read(path);
    let (head, _) = text.split_once(MARK).unwrap_or_else(|| panic!("{path}: no mark"));
    format!("{head}{MARK}")
}

fn indented(text: &str, n_spaces: usize) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("{:n_spaces$}{line}\n", ""),
        })
        .collect()
}

fn read_yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a test may read the repository")]
fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test may read the repository")]
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
