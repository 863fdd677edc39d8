//! Memory of tests next to a page that nobody may touch: a kernel that reads or writes beyond its
//! operands ends the test.

#![expect(unsafe_code, reason = "mapping pages")]

use std::ops::{Deref, DerefMut};

/// The side on which the forbidden page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    Before,
    After,
}

/// Values that begin or end exactly at a forbidden page.
pub(crate) struct Guarded {
    map: *mut libc::c_void,
    mapped: usize,
    first: *mut f32,
    length: usize,
}

const PAGE: usize = 1 << 16;

impl Guarded {
    /// A copy of these values.
    pub(crate) fn new(values: &[f32], side: Guard) -> Self {
        let bytes = size_of_val(values);
        let room = bytes.next_multiple_of(PAGE);
        let mapped = room + 2 * PAGE;
        // SAFETY: a fresh private map, whose first and last pages become inaccessible.
        let map = unsafe {
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let map = libc::mmap(std::ptr::null_mut(), mapped, access, flags, -1, 0);
            assert_ne!(map, libc::MAP_FAILED);
            assert_eq!(libc::mprotect(map, PAGE, libc::PROT_NONE), 0);
            assert_eq!(libc::mprotect(map.byte_add(PAGE + room), PAGE, libc::PROT_NONE), 0);
            map
        };
        let skip = if side == Guard::Before { 0 } else { room - bytes };
        // SAFETY: the place lies between the forbidden pages and has room for the values.
        let first = unsafe {
            let first = map.byte_add(PAGE + skip).cast::<f32>();
            std::ptr::copy_nonoverlapping(values.as_ptr(), first, values.len());
            first
        };
        Self { map, mapped, first, length: values.len() }
    }
}

impl Deref for Guarded {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: these values were written when the map was made.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }
}

impl DerefMut for Guarded {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above, and this is the only way to the memory.
        unsafe { std::slice::from_raw_parts_mut(self.first, self.length) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the map is this value's own.
        unsafe { libc::munmap(self.map, self.mapped) };
    }
}
