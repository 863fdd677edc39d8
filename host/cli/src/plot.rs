//! Pictures for competitors: flame graphs of profiles, values against gaps. Files of SVG that any
//! browser shows; the same numbers give the same bytes.

mod flame;
mod scatter;
mod svg;

pub(crate) use flame::Frame;
pub(crate) use scatter::{Panel, Point, scatter};

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes pictures into a directory, which is made if it is absent; an older picture of the same name
/// gives way. Gives their places.
pub(crate) fn write(dir: &Path, pictures: &[(String, String)]) -> Result<Vec<PathBuf>, Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
    };
    std::fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
    let mut places = Vec::with_capacity(pictures.len());
    for (name, text) in pictures {
        let place = dir.join(name);
        std::fs::write(&place, text).map_err(|error| failed(&place, error))?;
        places.push(place);
    }
    Ok(places)
}
