//! The entity-relationship diagram of a schema: tables with their columns, and who refers to whom.
//!
//! In: [`Diagram`], which knows no SQL. Out: SVG. A table stands to the right of those that it
//! refers to; what refers to nothing and is referred to by nothing stands below, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sql::catalogue::Catalogue;
use sql::definition::{KeyKind, ObjectName};

use crate::diag::secrets::hidden;
use crate::source::shortly;
use crate::view::layout::{self, Sizes, Slot};
use crate::view::svg::{ARROW, curve, escape, fit, measure};

/// The tables of one schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    /// What it is the schema of.
    pub name: String,
    /// The tables, in the order in which they are to be found.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its references.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as it is written.
    pub data_type: String,
    /// Whether it is part of the primary key.
    pub is_primary: bool,
    /// Whether it is unique by itself.
    pub is_unique: bool,
    /// Whether it may be null.
    pub is_nullable: bool,
}

/// A reference to another table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table that is referred to, by its place in [`Diagram::tables`].
    pub table: usize,
}

/// The diagram of a catalogue. Names are shown [`shortly`]: each reference names two tables.
pub fn diagram(name: &str, catalogue: &Catalogue) -> Diagram {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for (number, table) in catalogue.tables.values().enumerate() {
        numbers.entry(table.name.name.text.to_ascii_lowercase()).or_insert(number);
    }
    let by_text =
        |wanted: &ObjectName| numbers.get(&wanted.name.text.to_ascii_lowercase()).copied();
    let table = |table: &sql::catalogue::Table| {
        let mut in_keys: BTreeSet<(KeyKind, String)> = BTreeSet::new();
        for key in table.keys.iter().filter(|key| !key.partial) {
            if key.kind == KeyKind::Primary || key.columns.len() == 1 {
                let names = key.columns.iter().map(|column| column.text.to_ascii_lowercase());
                in_keys.extend(names.map(|name| (key.kind, name)));
            }
        }
        let is_key =
            |kind: KeyKind, column: &str| in_keys.contains(&(kind, column.to_ascii_lowercase()));
        let columns = table.columns.iter().map(|column| Column {
            name: shortly(&column.name.text).into_owned(),
            data_type: column
                .data_type
                .as_ref()
                .map(|of| shortly(&of.text).into_owned())
                .unwrap_or_default(),
            is_primary: is_key(KeyKind::Primary, &column.name.text),
            is_unique: is_key(KeyKind::Unique, &column.name.text),
            is_nullable: !column.not_null && !is_key(KeyKind::Primary, &column.name.text),
        });
        let foreign_keys = table.foreign_keys.iter().filter_map(|key| {
            let columns =
                key.columns.iter().map(|column| shortly(&column.text).into_owned()).collect();
            Some(ForeignKey { columns, table: by_text(&key.table)? })
        });
        Table {
            name: shortly(&table.name.shown()).into_owned(),
            columns: columns.collect(),
            foreign_keys: foreign_keys.collect(),
        }
    };
    Diagram {
        name: name.to_owned(),
        tables: catalogue.tables.values().map(|of| table(of)).collect(),
    }
}

const MARGIN: f64 = 12.0;
const HEAD: f64 = 30.0;
const ROW: f64 = 20.0;
const GAP: f64 = 22.0;
const CHANNEL: f64 = 70.0;
const MAX_WIDTH: f64 = 320.0;
/// Tables without relations stand in so many columns at the least, and at the most.
const ASIDE: (usize, usize) = (3, 100);
/// The most columns of a table that are drawn: no one reads more, and PostgreSQL takes 1,600.
const COLUMNS: usize = 500;

fn height(table: &Table) -> f64 {
    let n_rows = table.columns.len().min(COLUMNS) + usize::from(table.columns.len() > COLUMNS);
    HEAD + ROW * f64::from(u16::try_from(n_rows).unwrap_or(u16::MAX)) + 8.0
}

fn width(table: &Table) -> f64 {
    let row =
        |column: &Column| measure(&column.name, 12.0) + measure(&column.data_type, 11.0) + 86.0;
    let rows = table.columns.iter().take(COLUMNS).map(row).fold(0.0, f64::max);
    rows.max(measure(&table.name, 13.5) + 28.0).clamp(150.0, MAX_WIDTH)
}

/// A diagram as an element.
pub fn draw(diagram: &Diagram) -> String {
    let tables = &diagram.tables;
    let edges: Vec<(usize, usize)> = relations(diagram);
    let placed = placed(diagram, &edges);
    let loops = diagram.tables.iter().enumerate().any(|(number, table)| {
        table.foreign_keys.iter().any(|key| !placed.runs_left(number, key.table))
    });
    let right = placed.tables.iter().map(|table_box| table_box.left + table_box.width);
    let room = if loops { CHANNEL / 2.0 } else { 0.0 };
    let total_width = right.fold(0.0, f64::max) + MARGIN + room;
    let bottom =
        placed.tables.iter().zip(tables).map(|(table_box, table)| table_box.top + height(table));
    let total_height = bottom.fold(0.0, f64::max) + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"waves er\" width=\"{total_width:.0}\" \
         height=\"{total_height:.0}\" viewBox=\"0 0 {total_width:.0} {total_height:.0}\" role=\"img\" aria-label=\"{}\">\n",
        escape(&description(diagram)),
    );
    let mut bends = layout::PASSES;
    for (number, table) in tables.iter().enumerate() {
        let rows = rows(table);
        for key in &table.foreign_keys {
            let row = key.columns.first().and_then(|column| rows.get(&column.to_ascii_lowercase()));
            relation(diagram, &placed, (number, key, row.copied()), &mut bends, &mut svg);
        }
    }
    for (table, &table_box) in tables.iter().zip(&placed.tables) {
        draw_table(table, table_box, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn description(diagram: &Diagram) -> String {
    let names: Vec<String> = diagram.tables.iter().map(|table| hidden(&table.name)).collect();
    format!("Tables of {}: {}", diagram.name, names.join(", "))
}

/// Who is referred to, and who refers; a table that refers to itself is no matter of layout.
fn relations(diagram: &Diagram) -> Vec<(usize, usize)> {
    let tables = diagram.tables.iter().enumerate();
    let mut edges: Vec<(usize, usize)> = tables
        .flat_map(|(number, table)| table.foreign_keys.iter().map(move |key| (key.table, number)))
        .filter(|(from, to)| from != to)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Where a table stands.
#[derive(Clone, Copy, Debug)]
struct TableBox {
    left: f64,
    top: f64,
    width: f64,
    /// Its column; those without relations have none.
    column: Option<usize>,
}

/// Where everything stands.
struct Placed {
    tables: Vec<TableBox>,
    /// Where references to a table pass a column between: left, width and height.
    passes: BTreeMap<(usize, usize), (f64, f64, f64)>,
}

fn placed(diagram: &Diagram, edges: &[(usize, usize)]) -> Placed {
    let tables = &diagram.tables;
    let ends: BTreeSet<usize> = edges.iter().flat_map(|&(from, to)| [from, to]).collect();
    let is_related = |number: usize| ends.contains(&number);
    let related: Vec<usize> = ends.iter().copied().collect();
    let rank: BTreeMap<usize, usize> = related.iter().copied().zip(0..).collect();
    let inner: Vec<(usize, usize)> =
        edges.iter().filter_map(|(from, to)| Some((*rank.get(from)?, *rank.get(to)?))).collect();
    let depths = layout::depths(related.len(), inner.iter().copied());
    let n_columns = depths.iter().max().map_or(0, |deepest| deepest + 1);
    let table = |place: usize| related.get(place).and_then(|&number| tables.get(number));
    let nodes = (0..related.len()).map(|place| table(place).map_or(0.0, height)).collect();
    let laid = layout::spread(&depths, n_columns, &inner, &Sizes { nodes, pass: 8.0, gap: GAP });
    let start = TableBox { left: MARGIN, top: MARGIN, width: 150.0, column: None };
    let mut table_boxes = vec![start; tables.len()];
    let mut passes = BTreeMap::new();
    let mut left = MARGIN;
    for (number_of_column, column) in laid.columns.iter().enumerate() {
        let boxes = column.iter().filter_map(|(place, middle)| match place {
            Slot::Box(node) => related.get(*node).map(|&number| (number, *middle)),
            Slot::Pass(_) => None,
        });
        let boxes: Vec<(usize, f64)> = boxes.collect();
        let widest = boxes.iter().filter_map(|(number, _)| tables.get(*number)).map(width);
        let widest = widest.fold(150.0, f64::max);
        for (number, middle) in boxes {
            if let (Some(table_box), Some(table)) =
                (table_boxes.get_mut(number), tables.get(number))
            {
                let top = MARGIN + middle - height(table) / 2.0;
                *table_box = TableBox { left, top, width: widest, column: Some(number_of_column) };
            }
        }
        for &(place, middle) in column {
            if let Slot::Pass(referred) = place
                && let Some(&referred) = related.get(referred)
            {
                passes.insert((referred, number_of_column), (left, widest, MARGIN + middle));
            }
        }
        left += widest + CHANNEL;
    }
    let top = if related.is_empty() { MARGIN } else { MARGIN + laid.height + GAP };
    aside(diagram, &is_related, n_columns.clamp(ASIDE.0, ASIDE.1), top, &mut table_boxes);
    Placed { tables: table_boxes, passes }
}

/// Puts the tables without relations below, each into the column that is shortest so far.
fn aside(
    diagram: &Diagram,
    is_related: &dyn Fn(usize) -> bool,
    n_columns: usize,
    top: f64,
    table_boxes: &mut [TableBox],
) {
    let alone = || diagram.tables.iter().enumerate().filter(|(number, _)| !is_related(*number));
    let widest = alone().map(|(_, table)| width(table)).fold(150.0, f64::max);
    let mut columns: Vec<(f64, f64)> = (0..n_columns)
        .scan(MARGIN, |left, _| Some((std::mem::replace(left, *left + widest + GAP), top)))
        .collect();
    for (number, table) in alone() {
        let shortest = columns.iter_mut().min_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(column), Some(table_box)) = (shortest, table_boxes.get_mut(number)) {
            *table_box = TableBox { left: column.0, top: column.1, width: widest, column: None };
            column.1 += height(table) + GAP;
        }
    }
}

/// The numbers of a table's columns by their names in lower case, the first of each.
fn rows(table: &Table) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for (number, column) in table.columns.iter().enumerate() {
        rows.entry(column.name.to_ascii_lowercase()).or_insert(number);
    }
    rows
}

/// The height of a row of a table, by its number; what is not drawn stands in the row behind all.
fn row(top: f64, number: Option<usize>) -> f64 {
    let number = number.and_then(|number| u16::try_from(number.min(COLUMNS)).ok());
    number.map_or(top + HEAD / 2.0, |number| top + HEAD + ROW * (f64::from(number) + 0.5))
}

impl Placed {
    /// Whether a reference runs from right to left, as all do but those of a cycle.
    fn runs_left(&self, from: usize, to: usize) -> bool {
        let column = |number: usize| self.tables.get(number).and_then(|table_box| table_box.column);
        column(to) < column(from)
    }
}

/// Draws a reference: of which table, which, and from which of its rows. `bends` are the places that
/// arrows may still be led through; without any they run straight.
fn relation(
    diagram: &Diagram,
    placed: &Placed,
    (number, key, column): (usize, &ForeignKey, Option<usize>),
    bends: &mut usize,
    svg: &mut String,
) {
    let tables = &diagram.tables;
    let (Some(table), Some(referred)) = (tables.get(number), tables.get(key.table)) else { return };
    let (Some(here), Some(there)) = (placed.tables.get(number), placed.tables.get(key.table))
    else {
        return;
    };
    let start = row(here.top, column);
    let (tip, end) = (there.left + there.width, there.top + HEAD / 2.0);
    let mut path = String::new();
    if placed.runs_left(number, key.table) {
        let between = there.column.map_or(0, |column| column + 1)..here.column.unwrap_or(0);
        let between = between.start..between.end.max(between.start);
        let _ = write!(path, "M{:.1} {start:.1}", here.left);
        let mut at = (here.left, start);
        let passes = placed.passes.range((key.table, between.start)..(key.table, between.end));
        for (_, &(left, width, height)) in passes.rev().take(*bends) {
            *bends -= 1;
            curve(at, (left + width, height), &mut path);
            let _ = write!(path, "H{left:.1}");
            at = (left, height);
        }
        curve(at, (tip + ARROW, end), &mut path);
    } else {
        // In a cycle, or to itself: around the right side.
        let right = here.left + here.width;
        let out = right.max(tip) + CHANNEL * 0.5;
        let _ = write!(
            path,
            "M{right:.1} {start:.1}C{out:.1} {start:.1} {out:.1} {end:.1} {:.1} {end:.1}",
            tip + ARROW,
        );
    }
    let tip = format!("M{tip:.1} {end:.1}l{ARROW} -4v8z");
    let title = format!("{}.{} refers to {}", table.name, key.columns.join(", "), referred.name);
    let title = hidden(&title);
    let _ = writeln!(
        svg,
        "<g class=\"edge\"><title>{}</title><path d=\"{path}\"/><path class=\"tip\" d=\"{tip}\"/></g>",
        escape(&title),
    );
}

fn draw_table(table: &Table, table_box: TableBox, svg: &mut String) {
    let TableBox { left, top, width, column: _ } = table_box;
    let height = height(table);
    let _ = write!(
        svg,
        "<g class=\"table\"><rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>\
         <path class=\"rule\" d=\"M{left:.1} {:.1}h{width:.1}\"/>\
         <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        top + HEAD - 2.0,
        left + 12.0,
        top + 19.0,
        escape(&fit(&hidden(&table.name), width - 24.0, 13.5)),
    );
    let referring = table.foreign_keys.iter().flat_map(|key| &key.columns);
    let referring: BTreeSet<String> = referring.map(|name| name.to_ascii_lowercase()).collect();
    for (number, column) in table.columns.iter().enumerate().take(COLUMNS) {
        let middle = row(top, Some(number)) + 6.0;
        let is_foreign = referring.contains(&column.name.to_ascii_lowercase());
        let marks = [
            (column.is_primary, "PK"),
            (is_foreign, "FK"),
            (column.is_unique && !column.is_primary, "U"),
        ];
        let marks: Vec<&str> = marks.iter().filter(|mark| mark.0).map(|mark| mark.1).collect();
        let mark = marks.join(" ");
        let optional = if column.is_nullable { "?" } else { "" };
        let type_room = width - 78.0 - measure(&column.name, 12.0).min(width * 0.5);
        let _ = write!(
            svg,
            "<text class=\"mark\" x=\"{:.1}\" y=\"{middle:.1}\">{mark}</text>\
             <text class=\"column\" x=\"{:.1}\" y=\"{middle:.1}\">{}</text>\
             <text class=\"kind end\" x=\"{:.1}\" y=\"{middle:.1}\">{}{optional}</text>",
            left + 12.0,
            left + 50.0,
            escape(&fit(&hidden(&column.name), width * 0.55, 12.0)),
            left + width - 12.0,
            escape(&fit(&hidden(&column.data_type), type_room, 11.0)),
        );
    }
    if let Some(more @ 1..) = table.columns.len().checked_sub(COLUMNS) {
        let _ = write!(
            svg,
            "<text class=\"column\" x=\"{:.1}\" y=\"{:.1}\">... {more} more</text>",
            left + 50.0,
            row(top, Some(COLUMNS)) + 6.0,
        );
    }
    svg.push_str("</g>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, refers_to: &[usize]) -> Table {
        let column = |name: &str| Column { name: name.to_owned(), ..Column::default() };
        let key = |&table: &usize| ForeignKey { columns: vec!["other_id".to_owned()], table };
        Table {
            name: name.to_owned(),
            columns: vec![column("id"), column("other_id")],
            foreign_keys: refers_to.iter().map(key).collect(),
        }
    }

    #[test]
    fn who_refers_stands_to_the_right_and_who_is_alone_below() {
        let tables = vec![table("orders", &[1]), table("users", &[]), table("log", &[])];
        let diagram = Diagram { name: "shop".to_owned(), tables };
        let table_boxes = placed(&diagram, &relations(&diagram)).tables;
        assert!(
            table_boxes[1].left + table_boxes[1].width < table_boxes[0].left,
            "{table_boxes:?}"
        );
        assert!(
            table_boxes[2].top > table_boxes[0].top + height(&diagram.tables[0]),
            "{table_boxes:?}"
        );
    }

    #[test]
    fn tables_that_refer_to_each_other_and_to_themselves_are_drawn() {
        let tables = vec![table("a", &[1, 0]), table("b<", &[0])];
        let svg = draw(&Diagram { name: "x".to_owned(), tables });
        assert_eq!(svg.matches("class=\"edge\"").count(), 3);
        assert!(svg.contains("b&lt;") && !svg.contains("b<"));
    }
}
