//! Real and small schemas: what is understood, what is caught. (first probe)
use argocd_atlas_plugin::diag::*;
use argocd_atlas_plugin::dialect::Dialect;
use argocd_atlas_plugin::parse::sql::scripts;
use argocd_atlas_plugin::source::*;
#[test]
fn corpus() {
    let mut names: Vec<_> =
        std::fs::read_dir("/work/shared/corpus/sql").unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let dialect = Dialect::of_scheme(name.split("__").next().unwrap());
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let mut sources = Sources::default();
        let file = sources.add(&name, &text);
        let mut d = Diagnostics::default();
        let s = scripts(&[Excerpt::of_file(file, &text)], dialect, &mut d);
        let _c = argocd_atlas_plugin::catalogue::Catalogue::build(
            dialect,
            &s.iter().collect::<Vec<_>>(),
            &mut d,
        );
        println!("{} tables {} views", _c.tables.len(), _c.views.len());
        use argocd_atlas_plugin::catalogue::definition::Standing;
        let count = |st| s[0].statements.iter().filter(|x| x.standing == st).count();
        println!(
            "{name}: {} statements, read {} accepted {} passed {} unread {}",
            s[0].statements.len(),
            count(Standing::Read),
            count(Standing::Accepted),
            count(Standing::Passed),
            count(Standing::Unread)
        );
        for x in d.sorted() {
            println!(
                "   {}: {}[{}] {}   | {}",
                sources.place(x.primary),
                x.severity().word(),
                x.code.name(),
                x.message,
                text.lines()
                    .nth(sources.position(x.primary).line - 1)
                    .unwrap_or("")
                    .trim()
                    .chars()
                    .take(90)
                    .collect::<String>()
            );
        }
    }
}
