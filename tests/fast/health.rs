//! The health checks under real Lua 5.1, with the libraries that Argo CD opens and no other.
//!
//! Argo CD's VM is gopher-lua with `package`, `base` and `table` (`util/lua/lua.go`, `runLua`). Its
//! `os` has two functions and is left out here: the checks need no clock. What is missing matters
//! most: without `string`, `string.find(...)` and `("x"):find(...)` are run-time errors, and Argo CD
//! would call the resource's health Unknown.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use argocd_atlas_plugin::generator::health::{
    self, ATLAS_CHECKS, HealthCheck, all, config_map, merge_patch,
};
use mlua::{Function, Lua, LuaOptions, StdLib, Value as LuaValue};
use serde_json::{Value, json};

#[test]
fn every_fixture_has_the_health_that_the_test_file_says() {
    for check in all() {
        let vm = Vm::new(check);
        let tests = read_yaml(&directory(check).join("health_test.yaml"));
        let mut wrong = Vec::new();
        for test in tests["tests"].as_array().unwrap() {
            let input = test["inputPath"].as_str().unwrap();
            let expected = Health {
                status: test["healthStatus"]["status"].as_str().unwrap().to_owned(),
                message: test["healthStatus"]["message"].as_str().unwrap().to_owned(),
            };
            let actual = vm.health(&read_yaml(&directory(check).join(input)));
            if actual != expected {
                wrong.push(format!(
                    "{}/{input}\n  says {actual:?}\n  not  {expected:?}",
                    check.kind
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_fixture_is_tested() {
    for check in all() {
        let tests = read_yaml(&directory(check).join("health_test.yaml"));
        let mut named: Vec<String> = tests["tests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|test| test["inputPath"].as_str().unwrap().to_owned())
            .collect();
        named.sort();
        let on_disk: Vec<String> =
            fixtures(check).into_iter().map(|name| format!("testdata/{name}")).collect();
        assert_eq!(named, on_disk);
    }
}

#[test]
fn every_reason_has_a_fixture() {
    for check in ATLAS_CHECKS {
        let mut reasons = Vec::new();
        for name in fixtures(check) {
            let object = fixture(check, &name);
            for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
                reasons.push(condition["reason"].as_str().unwrap().to_owned());
            }
        }
        for reason in all_reasons(check.kind) {
            assert!(reasons.iter().any(|r| r == reason), "{}: no fixture for {reason}", check.kind);
        }
    }
}

/// Walks every combination of what an operator of any version can write, and of what it never
/// writes, and holds what must be true of all of them.
#[test]
fn the_whole_matrix_keeps_the_promises() {
    let some = |values: &[i64]| -> Vec<Option<i64>> {
        std::iter::once(None).chain(values.iter().map(|v| Some(*v))).collect()
    };
    for check in ATLAS_CHECKS {
        let vm = Vm::new(check);
        let mut n_cases = 0;
        for reason in all_reasons(check.kind).into_iter().chain(["SomethingNew", ""]) {
            for ready in ["True", "False", "Unknown"] {
                for failed in some(&[0, 1, 3, 10, 11, 21]) {
                    for generation in some(&[1, 3]) {
                        for (observed, condition_observed) in [
                            (None, None),
                            (Some(-1), None),
                            (Some(2), Some(2)),
                            (Some(3), Some(3)),
                            (None, Some(2)),
                            (None, Some(3)),
                            (Some(3), Some(2)),
                            (Some(2), Some(3)),
                        ] {
                            for backoff_limit in [None, Some(0), Some(2)] {
                                for message in [Some(""), Some("dial tcp: refused")] {
                                    let case = Case {
                                        reason,
                                        ready,
                                        failed,
                                        generation,
                                        observed,
                                        condition_observed,
                                        backoff_limit,
                                        message,
                                    };
                                    n_cases += 1;
                                    // A prime, so that every value of every field has its turn.
                                    if !crate::common::is_thorough() && n_cases % 11 != 0 {
                                        continue;
                                    }
                                    case.check(check, &vm.health(&case.object(check)));
                                }
                            }
                        }
                    }
                }
            }
        }
        assert!(n_cases > 30_000, "{n_cases}");
    }
}

#[test]
fn no_shape_of_object_is_an_error() {
    let odd = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!([]),
        json!({}),
        json!(["text", null, 7, []]),
        json!([{}]),
        json!([{"type": "Ready"}]),
        json!([{"type": "Ready", "status": false, "reason": 7, "message": {}}]),
        json!([{"type": "Ready", "status": "True", "observedGeneration": "many"}]),
        json!([{"type": "Ready", "status": "False", "reason": "ApprovalPending"}]),
        json!({"type": "Ready", "status": "True"}),
    ];
    for check in ATLAS_CHECKS {
        let vm = Vm::new(check);
        vm.health(&json!({}));
        for value in &odd {
            for object in [
                json!({"metadata": value}),
                json!({"metadata": {"generation": value}, "status": ready("True")}),
                json!({"metadata": {"deletionTimestamp": value, "finalizers": value}}),
                json!({"spec": value, "status": ready("False")}),
                json!({"spec": {"backoffLimit": value}, "status": ready("False")}),
                json!({"status": value}),
                json!({"status": {"conditions": value}}),
                json!({"status": {"failed": value, "conditions": ready("False")["conditions"]}}),
                json!({"status": {
                    "observedGeneration": value, "conditions": ready("True")["conditions"]
                }}),
                json!({"status": {"planLink": value, "planURL": value, "approvalUrl": value,
                    "conditions": [{"type": "Ready", "status": "False", "reason": "ApprovalPending"}]
                }}),
                json!({"status": {"lastAppliedVersion": value,
                    "conditions": ready("True")["conditions"]
                }}),
            ] {
                vm.health(&object);
            }
        }
    }
}

#[test]
fn several_ready_conditions_are_healthy_only_together() {
    for check in ATLAS_CHECKS {
        let vm = Vm::new(check);
        let yes = json!({"type": "Ready", "status": "True", "reason": "Applied"});
        let no = json!({"type": "Ready", "status": "False", "reason": "Reconciling"});
        for conditions in [json!([yes, no]), json!([no, yes]), json!([yes, no, yes])] {
            let health = vm.health(&json!({"status": {"conditions": conditions}}));
            assert_eq!(health.status, "Progressing", "{conditions}");
        }
    }
}

/// `action_test.yaml` in the format of Argo CD's own `resource_customizations/`. Empty mappings and lists are the same to
/// Lua, and Argo CD puts them right afterwards (`cleanReturnedObj`).
#[test]
fn every_action_does_what_the_test_file_says() {
    for check in ATLAS_CHECKS {
        let actions = directory(check).join("actions");
        let tests = read_yaml(&actions.join("action_test.yaml"));
        let read = |test: &Value, key: &str| read_yaml(&actions.join(test[key].as_str().unwrap()));
        let run = |script: &str, object: &Value| {
            let vm = Vm::of_script(script, check.kind);
            vm.lua.globals().set("obj", vm.to_lua(object)).unwrap();
            vm.written(vm.script.call(()).unwrap())
        };
        for test in tests["discoveryTests"].as_array().unwrap() {
            let found = run(check.actions.unwrap().discovery, &read(test, "inputPath"));
            let mut named = Vec::new();
            for (name, fields) in found.as_object().unwrap() {
                let mut action = fields.clone();
                action["name"] = json!(name);
                named.push(action);
            }
            assert_eq!(json!(named), test["result"]);
        }
        let tests = tests["actionTests"].as_array().unwrap();
        for test in tests {
            assert_eq!(test["action"], "retry");
            let expected = read(test, "expectedOutputPath");
            let vm = Vm::new(check);
            let expected = vm.written(vm.to_lua(&expected));
            assert_eq!(
                run(check.actions.unwrap().retry, &read(test, "inputPath")),
                expected,
                "{test}"
            );
        }
        assert!(tests.len() >= 3);
    }
    let [schema, migration] = ATLAS_CHECKS;
    let scripts = |check: HealthCheck| check.actions.map(|of| (of.discovery, of.retry)).unwrap();
    assert_eq!(scripts(schema), scripts(migration));
}

#[test]
fn both_checks_are_the_same_after_their_tables() {
    const MARK: &str = "-- Both checks are the same from here on";
    let [schema, migration] = ATLAS_CHECKS.map(|check| check.lua.split_once(MARK).unwrap().1);
    assert_eq!(schema, migration);
}

#[test]
fn the_patch_holds_the_checks_byte_for_byte() {
    let patch: Value = serde_saphyr::from_str(&merge_patch(&all())).unwrap();
    let expected: BTreeMap<String, Value> =
        health::keys(&all()).into_iter().map(|(key, value)| (key, json!(value))).collect();
    for check in all() {
        let key = |what| format!("resource.customizations.{what}.{}_{}", check.group, check.kind);
        assert_eq!(expected[&key("health")], json!(check.lua));
        let Some(actions) = check.actions else {
            assert!(!expected.contains_key(&key("actions")));
            continue;
        };
        assert_eq!(
            serde_saphyr::from_str::<Value>(expected[&key("actions")].as_str().unwrap()).unwrap(),
            json!({
                "mergeBuiltinActions": true,
                "discovery.lua": actions.discovery,
                "definitions": [{"name": "retry", "action.lua": actions.retry}],
            })
        );
    }
    assert_eq!(patch["data"], json!(expected));
    // With a kind, `kubectl apply` would take it, and take other keys of `argocd-cm` away.
    assert_eq!(patch.as_object().unwrap().len(), 1);
    let config_map: Value = serde_saphyr::from_str(&config_map(&all())).unwrap();
    assert_eq!(config_map["data"], patch["data"]);
    assert_eq!(config_map["metadata"]["name"], "argocd-cm");
    let nothing: Value = serde_saphyr::from_str(&merge_patch(&[])).unwrap();
    assert_eq!(nothing, json!({"data": {}}));
}

/// `kubectl apply` keeps a copy of what it applies in an annotation, and all annotations of an
/// object have 256 KiB. `argocd-cm` has other keys too.
#[test]
fn all_checks_fit_into_an_annotation() {
    let config_map: Value = serde_saphyr::from_str(&config_map(&all())).unwrap();
    let n_bytes = serde_json::to_string(&config_map).unwrap().len();
    assert!(n_bytes < 200 * 1024, "{n_bytes}");
}

/// Reasons that the operator writes under Ready, by what becomes of them.
struct Reasons {
    waiting: &'static [&'static str],
    retried: &'static [&'static str],
    refused: &'static [&'static str],
}

fn reasons(kind: &str) -> Reasons {
    match kind {
        "AtlasSchema" => Reasons {
            waiting: &["Reconciling", "GettingDevDB", "ApprovalPending"],
            retried: &[
                "ReadSchema",
                "CalculatingHash",
                "CreatingAtlasClient",
                "CreatingWorkingDir",
                "Login",
                "WhoAmI",
                "ModifyingAtlasHCL",
            ],
            refused: &[
                "ApplyingSchema",
                "FirstRunDestructive",
                "LintPolicyError",
                "ListingPlans",
                "SchemaInspect",
                "SchemaPlan",
                "SchemaPush",
                "VerifyingFirstRun",
            ],
        },
        "AtlasMigration" => Reasons {
            waiting: &["Reconciling", "GettingDevDB", "ApprovalPending"],
            retried: &[
                "ReadingMigrationData",
                "Migrating",
                "CopyingDirState",
                "StoringDirState",
                "CreatingAtlasClient",
                "Login",
                "WhoAmI",
            ],
            refused: &["DriftDetected", "ProtectedFlowError", "PlanRejected"],
        },
        other => panic!("no check for {other}"),
    }
}

fn all_reasons(kind: &str) -> Vec<&'static str> {
    let Reasons { waiting, retried, refused } = reasons(kind);
    [waiting, retried, refused, &["Applied"]].concat()
}

/// One cell of the matrix.
#[derive(Debug)]
struct Case {
    reason: &'static str,
    ready: &'static str,
    failed: Option<i64>,
    generation: Option<i64>,
    observed: Option<i64>,
    condition_observed: Option<i64>,
    backoff_limit: Option<i64>,
    message: Option<&'static str>,
}

impl Case {
    fn object(&self, check: HealthCheck) -> Value {
        json!({
            "kind": check.kind,
            "metadata": {"generation": self.generation},
            "spec": {"backoffLimit": self.backoff_limit},
            "status": {
                "failed": self.failed,
                "observedGeneration": self.observed,
                "conditions": [{
                    "type": "Ready",
                    "status": self.ready,
                    "reason": self.reason,
                    "message": self.message,
                    "observedGeneration": self.condition_observed,
                }],
            },
        })
    }

    fn check(&self, check: HealthCheck, health: &Health) {
        let Reasons { waiting, retried, refused } = reasons(check.kind);
        let is_seen = [self.observed, self.condition_observed]
            .into_iter()
            .flatten()
            .all(|observed| self.generation.is_none_or(|generation| observed >= generation));
        let status = health.status.as_str();
        let says = format!("{} says {health:?} of {self:?}", check.kind);

        assert!(!health.message.is_empty(), "{says}");
        if !is_seen {
            assert_eq!(status, "Progressing", "{says}");
            return;
        }
        assert_eq!(status == "Healthy", self.ready == "True", "{says}");
        if let Some(message) = self.message
            && !message.is_empty()
        {
            assert!(health.message.starts_with(message), "{says}");
        }
        if self.ready != "False" {
            assert_ne!(status, "Degraded", "{says}");
            return;
        }
        let failed = self.failed.unwrap_or(0);
        let has_given_up = self.backoff_limit.is_some_and(|limit| limit > 0 && failed > limit);
        let expected = match self.reason {
            "ApprovalPending" => "Suspended",
            reason if waiting.contains(&reason) => "Progressing",
            reason if refused.contains(&reason) => "Degraded",
            reason => {
                assert!(
                    retried.contains(&reason) || ["SomethingNew", "", "Applied"].contains(&reason)
                );
                if failed > 10 || has_given_up { "Degraded" } else { "Progressing" }
            }
        };
        assert_eq!(status, expected, "{says}");
    }
}

/// What a check says of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) status: String,
    pub(crate) message: String,
}

/// A Lua state in which one check is loaded.
pub(crate) struct Vm {
    lua: Lua,
    script: Function,
    kind: &'static str,
}

impl Vm {
    pub(crate) fn new(check: HealthCheck) -> Vm {
        Vm::of_script(check.lua, check.kind)
    }

    fn of_script(script: &str, kind: &'static str) -> Vm {
        // `base` is always open.
        let lua = Lua::new_with(StdLib::PACKAGE | StdLib::TABLE, LuaOptions::default()).unwrap();
        assert!(lua.load("return string == nil and os == nil").eval::<bool>().unwrap());
        assert!(lua.load("return ('x'):find('x')").exec().is_err());
        let script = lua.load(script).set_name(kind).into_function().unwrap();
        Vm { lua, script, kind }
    }

    /// Runs the check as `ExecuteHealthLua` does: `obj` is a global, the result a table.
    pub(crate) fn health(&self, object: &Value) -> Health {
        let obj = self.to_lua(object);
        self.lua.globals().set("obj", obj).unwrap();
        let n_globals = self.n_globals();
        let result: LuaValue = self
            .script
            .call(())
            .unwrap_or_else(|error| panic!("{} on {object}: {error}", self.kind));
        assert_eq!(self.n_globals(), n_globals, "{} leaks a global", self.kind);
        let LuaValue::Table(result) = result else { panic!("{} on {object}: no table", self.kind) };
        let text = |key: &str| {
            let value = result.get::<LuaValue>(key).unwrap();
            let LuaValue::String(text) = &value else {
                panic!("{} on {object}: `{key}` is {value:?}", self.kind)
            };
            text.to_str().unwrap().to_owned()
        };
        let health = Health { status: text("status"), message: text("message") };
        assert!(
            ["Healthy", "Progressing", "Degraded", "Suspended"].contains(&health.status.as_str()),
            "{} on {object}: {health:?}",
            self.kind
        );
        assert!(!health.message.is_empty(), "{} on {object}", self.kind);
        health
    }

    fn n_globals(&self) -> usize {
        self.lua.globals().pairs::<LuaValue, LuaValue>().count()
    }

    /// What a script gives back, as `luajson.Encode` writes it. An empty table is an empty list.
    fn written(&self, value: LuaValue) -> Value {
        match value {
            LuaValue::Boolean(bool) => json!(bool),
            LuaValue::Integer(number) => json!(number),
            LuaValue::Number(number) => json!(number),
            LuaValue::String(text) => json!(text.to_str().unwrap().to_owned()),
            LuaValue::Table(table) => {
                let pairs: Vec<(LuaValue, LuaValue)> = table.pairs().map(Result::unwrap).collect();
                if pairs.iter().all(|(key, _)| key.is_number() || key.is_integer()) {
                    return pairs.into_iter().map(|(_, item)| self.written(item)).collect();
                }
                let entry = |(key, value): (LuaValue, LuaValue)| {
                    (key.to_string().unwrap(), self.written(value))
                };
                Value::Object(pairs.into_iter().map(entry).collect())
            }
            other @ (LuaValue::Nil
            | LuaValue::LightUserData(_)
            | LuaValue::Function(_)
            | LuaValue::Thread(_)
            | LuaValue::UserData(_)
            | LuaValue::Error(_)
            | LuaValue::Other(_)) => panic!("{} gives {other:?}", self.kind),
        }
    }

    /// `decodeValue` in Argo CD's `util/lua/lua.go`: a null is absent, in a list too.
    fn to_lua(&self, value: &Value) -> LuaValue {
        match value {
            Value::Null => LuaValue::Nil,
            Value::Bool(bool) => LuaValue::Boolean(*bool),
            Value::Number(number) => LuaValue::Number(number.as_f64().unwrap()),
            Value::String(text) => LuaValue::String(self.lua.create_string(text).unwrap()),
            Value::Array(items) => {
                let table = self.lua.create_table().unwrap();
                for item in items {
                    let item = self.to_lua(item);
                    if item != LuaValue::Nil {
                        table.push(item).unwrap();
                    }
                }
                LuaValue::Table(table)
            }
            Value::Object(fields) => {
                let table = self.lua.create_table().unwrap();
                for (key, field) in fields {
                    table.set(key.as_str(), self.to_lua(field)).unwrap();
                }
                LuaValue::Table(table)
            }
        }
    }
}

fn ready(status: &str) -> Value {
    json!({"conditions": [{"type": "Ready", "status": status, "reason": "ReadSchema"}]})
}

fn directory(check: HealthCheck) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/health").join(check.group).join(check.kind)
}

/// The names of the fixtures on disk.
#[expect(clippy::disallowed_methods, reason = "a test may read the repository")]
pub(crate) fn fixtures(check: HealthCheck) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory(check).join("testdata"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A fixture by the name of its file.
pub(crate) fn fixture(check: HealthCheck, name: &str) -> Value {
    read_yaml(&directory(check).join("testdata").join(name))
}

#[expect(clippy::disallowed_methods, reason = "a test may read the repository")]
fn read_yaml(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
