//! Reads the fields of a `Database`.

use crate::parse::fields::Fields;
use crate::parse::shape;
use crate::parse::spec::config_files;
use crate::syntax::{CloudNativePg, Credentials, Database, External, Storage};

pub(crate) fn fields(spec: &mut Fields<'_, '_>) -> Option<Database> {
    let engine = spec.required_text("engine");
    let database = Database {
        version: spec.text("version"),
        image: spec.text("image"),
        database: spec.text("database"),
        storage: storage(spec),
        resources: spec.shaped("resources", &shape::RESOURCES),
        args: spec.texts("args").unwrap_or_default(),
        config_files: config_files(spec),
        parameters: spec.text_map("parameters"),
        credentials: spec.nested("credentials", credentials),
        external: spec.nested("external", external),
        cloud_native_pg: spec.nested("cloudNativePG", cloud_native_pg),
        engine: engine?,
    };
    Some(database)
}

fn storage(spec: &mut Fields<'_, '_>) -> Option<Storage> {
    let node = spec.node("storage")?;
    if node.scalar().is_some() {
        let size = spec.text("storage")?;
        return Some(Storage { span: size.span, size, class_name: None });
    }
    spec.nested("storage", |mut storage| {
        let size = storage.required_text("size");
        let class_name = storage.text("className");
        let span = storage.span();
        storage.finish();
        Some(Storage { span, size: size?, class_name })
    })
}

fn credentials(mut fields: Fields<'_, '_>) -> Option<Credentials> {
    let credentials = Credentials {
        span: fields.span(),
        secret: fields.text("secret"),
        user_key: fields.text("userKey"),
        password_key: fields.text("passwordKey"),
        url_key: fields.text("urlKey"),
        user: fields.text("user"),
        password: fields.text("password"),
    };
    fields.finish();
    Some(credentials)
}

fn external(mut fields: Fields<'_, '_>) -> Option<External> {
    let host = fields.required_text("host");
    let port = fields.integer("port");
    fields.finish();
    Some(External { host: host?, port })
}

fn cloud_native_pg(mut fields: Fields<'_, '_>) -> Option<CloudNativePg> {
    let span = fields.place();
    let instances = fields.integer("instances");
    let storage = storage(&mut fields);
    fields.finish();
    Some(CloudNativePg { span, instances, storage })
}
