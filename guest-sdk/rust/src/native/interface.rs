//! Both sides of an interface from one list of its functions: the trait that a host implements, and the
//! resource or the functions that hand each call over.

/// An interface with a resource: its methods, then the functions that belong to it.
macro_rules! resource {
    (
        $(#[$trait_doc:meta])* $trait:ident,
        $(#[$doc:meta])* $resource:ident {
            $($method:ident($($arg:ident: $type:ty),*) -> $result:ty;)*
        }
        $($function:ident($($given:ident: $kind:ty),*) -> $made:ty;)*
    ) => {
        $(#[$trait_doc])*
        #[allow(clippy::wrong_self_convention, reason = "the names are the contract's")]
        pub trait $trait {
            $(
                #[doc = concat!("`", stringify!($method), "` of the contract.")]
                fn $method(&self, own: &$resource, $($arg: $type),*) -> $result;
            )*
            $(
                #[doc = concat!("`", stringify!($function), "` of the contract.")]
                fn $function(&self, $($given: $kind),*) -> $made;
            )*
            /// The measure dropped the handle of this number. It must not unwind.
            fn dropped(&self, number: u32);
        }

        $(#[$doc])*
        #[derive(Debug)]
        pub struct $resource(crate::native::Handle);

        impl $resource {
            /// What the innermost unit's host knows by this number.
            pub fn numbered(number: u32) -> Self {
                Self(crate::native::Handle::new(number))
            }

            /// The number by which the host knows it.
            ///
            /// # Panics
            /// If it belongs to another unit than this thread's innermost.
            pub fn number(&self) -> u32 {
                self.0.number()
            }

            $(
                pub(crate) fn $method(&self, $($arg: $type),*) -> $result {
                    $trait::$method(&*crate::native::host(), self, $($arg),*)
                }
            )*
            $(
                pub(crate) fn $function($($given: $kind),*) -> $made {
                    $trait::$function(&*crate::native::host(), $($given),*)
                }
            )*
        }

        impl Drop for $resource {
            fn drop(&mut self) {
                if let Some(host) = self.0.owner() {
                    $trait::dropped(&*host, self.0.number);
                }
            }
        }
    };
}

/// An interface of functions alone.
macro_rules! functions {
    (
        $(#[$trait_doc:meta])* $trait:ident:
        $($function:ident($($given:ident: $kind:ty),*) -> $made:ty;)*
    ) => {
        $(#[$trait_doc])*
        pub trait $trait {
            $(
                #[doc = concat!("`", stringify!($function), "` of the contract.")]
                fn $function(&self, $($given: $kind),*) -> $made;
            )*
        }

        $(
            pub(crate) fn $function($($given: $kind),*) -> $made {
                $trait::$function(&*crate::native::host(), $($given),*)
            }
        )*
    };
}

pub(super) use {functions, resource};
