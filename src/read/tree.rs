//! A directory as it is in a Git revision, under the same bounds and rules as one on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::open::{ALL_PARTS, LINKS, PARTS};
use super::{
    Bounds, Choice, DEPTH, ENTRIES, FILE_SIZE, Found, HIDDEN, OUTSIDE, PATHS, Revision, repository,
};
use crate::diag::Message;
use crate::revision::{Kind, Objects, Repository};

/// The most bytes of one folder: more are more entries, or longer paths, than there may be.
const FOLDER_SIZE: u64 = (PATHS + ENTRIES * 32) as u64;
/// The most bytes of a link's target, as Linux has it.
const TARGET: u64 = 4096;

/// A directory in a revision.
#[derive(Debug)]
pub(super) struct Tree {
    objects: Objects,
    /// The commit that is read, where it is not the one that was named.
    pub(super) merge_base: Option<String>,
    /// The parts of the directory's path in the repository.
    place: Vec<String>,
    /// What names the directory's own tree; nothing where the revision has no such directory.
    root: Option<String>,
    /// What is in it, by path.
    nodes: BTreeMap<String, Node>,
    /// What kept Git from answering.
    pub(super) failure: Option<io::Error>,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    hash: String,
    /// Where a link leads, if that is a file that may be read.
    target: Option<String>,
}

impl Tree {
    pub(super) fn open(
        dir: &Path,
        revision: Revision<'_>,
        folders: &[PathBuf],
    ) -> io::Result<Tree> {
        let checkout = repository::of(dir)?;
        let repository = Repository::of(checkout.git_dir, &checkout.root, folders)?;
        let Revision { name: revision, is_exact } = revision;
        let named = repository.commit(revision)?;
        let commit =
            if is_exact { named.clone() } else { repository.merge_base(&named, revision)? };
        let merge_base = (commit != named).then(|| commit.clone());
        let mut objects = repository.objects()?;
        let mut root = Some(format!("{commit}^{{tree}}"));
        let mut place = Vec::new();
        for part in checkout.below {
            let name = String::from_utf8_lossy(&part).into_owned();
            let Some(parent) = root.take() else { break };
            let entries = objects.folder(&parent, FOLDER_SIZE)?;
            let too_large = || io::Error::other(format!("the folder above `{name}` is too large"));
            let found = entries.ok_or_else(too_large)?.into_iter().find(|entry| entry.name == part);
            if let Some(entry) = found {
                if entry.kind != Kind::Folder {
                    let message = format!("`{name}` is not a folder in `{revision}`");
                    return Err(io::Error::other(message));
                }
                root = Some(entry.hash);
            }
            place.push(name);
        }
        Ok(Tree { objects, merge_base, place, root, nodes: BTreeMap::new(), failure: None })
    }

    pub(super) fn is_absent(&self) -> bool {
        self.root.is_none()
    }

    /// Looks at every entry, as for the disk. An error is the bound that is exceeded.
    pub(super) fn walk(&mut self, is_read: Choice, found: &mut Found) -> Result<(), Message> {
        self.list(found)?;
        let listed = self.follow(found).and_then(|()| self.measure(is_read));
        match listed {
            Ok(files) => found.files = files,
            Err(error) => self.failure = Some(error),
        }
        Ok(())
    }

    fn list(&mut self, found: &mut Found) -> Result<(), Message> {
        let mut bounds = Bounds::default();
        let mut folders: Vec<(String, String, usize)> =
            self.root.iter().map(|root| (String::new(), root.clone(), 1)).collect();
        // Several at once, the last first: what was asked for is answered in turn.
        let mut asked: Vec<(String, String, usize)> = Vec::new();
        loop {
            if asked.is_empty() {
                asked = folders.split_off(folders.len().saturating_sub(Objects::ASKED));
                if let Err(error) =
                    self.objects.ask(asked.iter().rev().map(|(_, hash, _)| hash.as_str()))
                {
                    self.failure = Some(error);
                    return Ok(());
                }
            }
            let Some((above, folder, depth)) = asked.pop() else { return Ok(()) };
            let entries = match self.objects.asked_folder(&folder, FOLDER_SIZE) {
                Ok(Some(entries)) => entries,
                Ok(None) => return Err(Bounds::too_many()),
                Err(error) => {
                    self.failure = Some(error);
                    return Ok(());
                }
            };
            for entry in entries {
                bounds.count()?;
                if entry.name.starts_with(b".") {
                    continue;
                }
                bounds.take(above.len() + entry.name.len())?;
                let is_utf_8 = std::str::from_utf8(&entry.name).is_ok();
                let path = format!("{above}{}", String::from_utf8_lossy(&entry.name));
                let is_folder = entry.kind == Kind::Folder;
                if !is_utf_8 && !is_folder {
                    found.unusable_name(&path);
                    continue;
                }
                if entry.kind == Kind::Submodule {
                    let what = "is a submodule, whose files are not in the revision";
                    found.unusable_entry(&path, what, "compare with a checkout: `--against-dir`");
                    continue;
                }
                if is_folder && depth == DEPTH {
                    found.too_deep.push(path);
                    continue;
                }
                if is_folder {
                    folders.push((format!("{path}/"), entry.hash.clone(), depth + 1));
                }
                let node = Node { kind: entry.kind, hash: entry.hash, target: None };
                self.nodes.entry(path).or_insert(node);
            }
        }
    }

    /// Finds out where links lead.
    fn follow(&mut self, found: &mut Found) -> io::Result<()> {
        let links: Vec<(String, String)> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.kind == Kind::Link)
            .map(|(path, node)| (path.clone(), node.hash.clone()))
            .collect();
        // By hash: many links may have one target.
        let hashes: BTreeSet<&str> = links.iter().map(|(_, hash)| hash.as_str()).collect();
        let hashes: Vec<&str> = hashes.into_iter().collect();
        let mut texts: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let mut left = PATHS;
        for some in hashes.chunks(Objects::ASKED) {
            for (hash, text) in some.iter().zip(self.objects.files(some, TARGET)?) {
                let Some(text) = text else { continue };
                let rest = left.checked_sub(text.len());
                let too_many = "its symbolic links have targets of too many bytes in all";
                left = rest.ok_or_else(|| io::Error::other(too_many))?;
                texts.insert(hash, text);
            }
        }
        let mut walked = Walked { bytes: 0, parts: 0 };
        for (path, _) in &links {
            match resolved(path, &self.place, &self.nodes, &texts, &mut walked) {
                Led::File(target) => {
                    if let Some(node) = self.nodes.get_mut(path) {
                        node.target = Some(target);
                    }
                }
                // As on the disk: nobody looks into it.
                Led::Folder => {}
                Led::Outside => found.unusable_link(path, OUTSIDE),
                Led::Hidden => found.unusable_link(path, HIDDEN),
            }
        }
        Ok(())
    }

    /// The files, with the sizes of those that are not read at once.
    fn measure(&mut self, is_read: Choice) -> io::Result<Vec<(String, u64)>> {
        let mut files = Vec::new();
        let mut asked: Vec<(usize, &str)> = Vec::new();
        for (path, node) in &self.nodes {
            let Some(file) = file(&self.nodes, node) else { continue };
            // What a link leads to is asked for its size on the disk as well.
            if node.kind == Kind::Link || !is_read(path) {
                asked.push((files.len(), &file.hash));
            }
            files.push((path.clone(), 0));
        }
        // By hash: many files may have one content.
        let hashes: BTreeSet<&str> = asked.iter().map(|(_, hash)| *hash).collect();
        let hashes: Vec<&str> = hashes.into_iter().collect();
        let sizes = self.objects.sizes(&hashes)?;
        let sizes: BTreeMap<&str, Option<u64>> = hashes.into_iter().zip(sizes).collect();
        for (number, hash) in asked {
            if let Some(file) = files.get_mut(number) {
                file.1 = sizes.get(hash).copied().flatten().unwrap_or_default();
            }
        }
        Ok(files)
    }

    /// The bytes of a listed file; nothing when there are more than a file may have.
    pub(super) fn bytes(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let node = self.nodes.get(path).and_then(|node| file(&self.nodes, node));
        let hash = node.map(|node| node.hash.clone());
        let hash = hash.ok_or_else(|| io::Error::other("it is not in the revision"))?;
        self.objects.file(&hash, FILE_SIZE)
    }

    /// Keeps the first error of Git's.
    pub(super) fn fail(&mut self, error: &io::Error) {
        if self.failure.is_none() {
            self.failure = Some(io::Error::new(error.kind(), error.to_string()));
        }
    }
}

/// The file that a node is, or leads to.
fn file<'n>(nodes: &'n BTreeMap<String, Node>, node: &'n Node) -> Option<&'n Node> {
    match (node.kind, &node.target) {
        (Kind::File, _) => Some(node),
        (Kind::Link, Some(target)) => nodes.get(target),
        (Kind::Link | Kind::Folder | Kind::Submodule, _) => None,
    }
}

/// Where a link leads.
enum Led {
    File(String),
    Folder,
    Outside,
    Hidden,
}

/// The most bytes of paths that are looked up along links, all links together.
const BYTES: usize = 200_000_000;

/// How far all links have been walked.
struct Walked {
    bytes: usize,
    parts: usize,
}

/// Walks from a link to what it leads to, as `open` does on the disk.
fn resolved(
    path: &str,
    place: &[String],
    nodes: &BTreeMap<String, Node>,
    texts: &BTreeMap<&str, Vec<u8>>,
    walked: &mut Walked,
) -> Led {
    let mut here: Vec<&str> = Vec::new();
    let mut above = place.len();
    let mut left: Vec<&str> = path.rsplit('/').collect();
    let (mut n_links, mut n_parts) = (0, 0);
    while let Some(part) = left.pop() {
        if n_links > 0 {
            n_parts += 1;
            walked.parts += 1;
        }
        if n_parts > PARTS || walked.parts > ALL_PARTS {
            return Led::Outside;
        }
        if part.is_empty() || part == "." {
            continue;
        }
        if part == ".." {
            if here.pop().is_none() {
                // Above the repository's root is nothing that the revision knows.
                let Some(up) = above.checked_sub(1) else { return Led::Outside };
                above = up;
            }
            continue;
        }
        if let Some(expected) = place.get(above) {
            if expected != part {
                return Led::Outside;
            }
            above += 1;
            continue;
        }
        if part.starts_with('.') {
            return Led::Hidden;
        }
        here.push(part);
        let whole = here.join("/");
        walked.bytes += whole.len();
        if walked.bytes > BYTES {
            return Led::Outside;
        }
        let Some(node) = nodes.get(&whole) else { return Led::Outside };
        match node.kind {
            Kind::Folder => {}
            Kind::File if left.iter().all(|part| part.is_empty()) => return Led::File(whole),
            Kind::File | Kind::Submodule => return Led::Outside,
            Kind::Link => {
                here.pop();
                n_links += 1;
                let text = texts.get(node.hash.as_str());
                let text = text.and_then(|text| std::str::from_utf8(text).ok());
                match text {
                    Some(text)
                        if n_links <= LINKS && !text.is_empty() && !text.starts_with('/') =>
                    {
                        left.extend(text.rsplit('/'));
                    }
                    Some(_) | None => return Led::Outside,
                }
            }
        }
    }
    if above < place.len() { Led::Outside } else { Led::Folder }
}
