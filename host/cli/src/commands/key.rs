//! `assay key`: the keys that sign bundles of records.

use assay_record::SecretKey;

use crate::args::KeyArgs;
use crate::failure::Failure;
use crate::output::Text;

pub(crate) fn new(args: &KeyArgs) -> Result<(), Failure> {
    let key = SecretKey::generate().map_err(Failure::new)?;
    key.write(&args.file).map_err(Failure::new)?;
    print(&key)
}

pub(crate) fn public(args: &KeyArgs) -> Result<(), Failure> {
    print(&SecretKey::read(&args.file).map_err(Failure::new)?)
}

/// As it stands in the file of a public key, so that it can be sent into one.
fn print(key: &SecretKey) -> Result<(), Failure> {
    Text::of(key.public().line()).print()
}
