;; A guest of the world `measure` as it is in text. `guest.rs` puts a test's own lines in the place of
;; the comments that look like (;this;).
;;
;; Addresses: 0 what `evaluate` returns, 64 what `describe` returns, 512 the name, 1024 what calls of
;; the host return, 2048 what a test puts there, from 16384 on what the host is given by `realloc`.
(component
    (import "assay:measure/types@0.1.0" (instance $types
        (type $error' (variant
            (case "shape-mismatch" string)
            (case "out-of-range" string)
            (case "invalid-argument" string)
            (case "unsupported" string)
            (case "too-large" string)))
        (export "error" (type $error (eq $error')))))
    (alias export $types "error" (type $error))
    (import "assay:measure/tensors@0.1.0" (instance $tensors
        (export "error" (type $e (eq $error)))
        (export "tensor" (type $tensor (sub resource)))
        (type $made (result (own $tensor) (error $e)))
        (export "[static]tensor.full"
            (func (param "shape" (list u32)) (param "value" f32) (result $made)))
        (export "[static]tensor.from-list"
            (func (param "shape" (list u32)) (param "values" (list f32)) (result $made)))
        (export "[method]tensor.shape"
            (func (param "self" (borrow $tensor)) (result (list u32))))
        (export "[method]tensor.read"
            (func (param "self" (borrow $tensor)) (param "offset" u32) (param "length" u32)
                (result (result (list f32) (error $e)))))
        (export "[method]tensor.scalar"
            (func (param "self" (borrow $tensor)) (result (result f32 (error $e)))))
        (export "[method]tensor.singular-values"
            (func (param "self" (borrow $tensor)) (result $made)))))
    (alias export $tensors "tensor" (type $tensor))
    (import "assay:measure/networks@0.1.0" (instance $networks
        (alias outer 1 $tensor (type $t))
        (export "tensor" (type $tensor' (eq $t)))
        (export "error" (type $e (eq $error)))
        (export "network" (type $network (sub resource)))
        (export "[method]network.logits"
            (func (param "self" (borrow $network)) (param "batch" (borrow $tensor'))
                (result (result (own $tensor') (error $e)))))))
    (import "assay:measure/data@0.1.0" (instance $data
        (alias outer 1 $tensor (type $t))
        (export "tensor" (type $tensor' (eq $t)))
        (export "error" (type $e (eq $error)))
        (export "dataset" (type $dataset (sub resource)))
        (export "[method]dataset.batch"
            (func (param "self" (borrow $dataset)) (param "start" u32) (param "length" u32)
                (result (result (own $tensor') (error $e)))))))
    (import "assay:measure/budget@0.1.0" (instance $budget
        (export "work-left" (func (result u64)))
        (export "fuel-left" (func (result u64)))))
    (import "assay:measure/log@0.1.0" (instance $log
        (type $level' (enum "debug" "info" "warning"))
        (export "level" (type $level (eq $level')))
        (export "write" (func (param "level" $level) (param "text" string)))))
    (;extra;)
    (alias export $networks "network" (type $network))
    (alias export $data "dataset" (type $dataset))

    ;; Memory and `realloc` have to be there before the host's functions can be: `realloc` is called
    ;; through a table, which the module with everything else fills.
    (core module $memory
        (type $realloc (func (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") (;memory;))
        (table (export "table") 1 funcref)
        (func (export "realloc") (type $realloc)
            (call_indirect (type $realloc)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
    (core instance $own (instantiate $memory))
    (alias core export $own "memory" (core memory $m))
    (alias core export $own "realloc" (core func $realloc))

    (core func $full (canon lower
        (func $tensors "[static]tensor.full") (memory $m) (realloc $realloc)))
    (core func $from-list (canon lower
        (func $tensors "[static]tensor.from-list") (memory $m) (realloc $realloc)))
    (core func $shape (canon lower
        (func $tensors "[method]tensor.shape") (memory $m) (realloc $realloc)))
    (core func $read (canon lower
        (func $tensors "[method]tensor.read") (memory $m) (realloc $realloc)))
    (core func $scalar (canon lower
        (func $tensors "[method]tensor.scalar") (memory $m) (realloc $realloc)))
    (core func $singular-values (canon lower
        (func $tensors "[method]tensor.singular-values") (memory $m) (realloc $realloc)))
    (core func $logits (canon lower
        (func $networks "[method]network.logits") (memory $m) (realloc $realloc)))
    (core func $batch (canon lower
        (func $data "[method]dataset.batch") (memory $m) (realloc $realloc)))
    (core func $work-left (canon lower (func $budget "work-left")))
    (core func $fuel-left (canon lower (func $budget "fuel-left")))
    (core func $log (canon lower (func $log "write") (memory $m)))
    (core func $drop-tensor (canon resource.drop $tensor))
    (core func $drop-network (canon resource.drop $network))
    (core func $drop-dataset (canon resource.drop $dataset))

    (core module $module
        (import "own" "memory" (memory 0))
        (import "own" "table" (table 1 funcref))
        ;; Lists are an address and a length; the last address is where the answer goes.
        (import "host" "full" (func $full (param i32 i32 f32 i32)))
        (import "host" "from-list" (func $from-list (param i32 i32 i32 i32 i32)))
        (import "host" "shape" (func $shape (param i32 i32)))
        (import "host" "read" (func $read (param i32 i32 i32 i32)))
        (import "host" "scalar" (func $scalar (param i32 i32)))
        (import "host" "singular-values" (func $singular-values (param i32 i32)))
        (import "host" "logits" (func $logits (param i32 i32 i32)))
        (import "host" "batch" (func $batch (param i32 i32 i32 i32)))
        (import "host" "work-left" (func $work-left (result i64)))
        (import "host" "fuel-left" (func $fuel-left (result i64)))
        (import "host" "log" (func $log (param i32 i32 i32)))
        (import "host" "drop-tensor" (func $drop-tensor (param i32)))
        (import "host" "drop-network" (func $drop-network (param i32)))
        (import "host" "drop-dataset" (func $drop-dataset (param i32)))
        (global $network (mut i32) (i32.const 0))
        (global $dataset (mut i32) (i32.const 0))
        ;; An error text to return, if its length is not 0.
        (global $text (mut i32) (i32.const 0))
        (global $text-length (mut i32) (i32.const 0))
        (global $free (mut i32) (i32.const 16384))
        (elem (i32.const 0) func $realloc)
        (data (i32.const 512) "(;name;)")
        ;; name, version "1" (any byte of the name would do), no authors
        (data (i32.const 64) "\00\02\00\00\(;length;)\00\00\00\00\02\00\00\01\00\00\00\00\00\00\00\00\00\00\00")

        (func $realloc (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
            (result i32) (;realloc;))
        ;; Returns the next free memory.
        (func $next (param $align i32) (param $size i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and
                (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
                (i32.sub (i32.const 0) (local.get $align))))
            (global.set $free (i32.add (local.get $at) (local.get $size)))
            (local.get $at))
        ;; Makes the error at 1024, if there is one, the one that `evaluate` returns.
        (func $check
            (if (i32.load8_u (i32.const 1024)) (then
                (global.set $text (i32.load (i32.const 1032)))
                (global.set $text-length (i32.load (i32.const 1036))))))
        ;; The handle at 1024.
        (func $made (result i32)
            (call $check)
            (i32.load (i32.const 1028)))
        ;; A tensor of one value.
        (func $tensor (param $value f32) (result i32)
            (call $full (i32.const 0) (i32.const 0) (local.get $value) (i32.const 1024))
            (call $made))
        ;; Its value.
        (func $value (param $tensor i32) (result f64)
            (call $scalar (local.get $tensor) (i32.const 1024))
            (call $check)
            (f64.promote_f32 (f32.load (i32.const 1028))))
        (func $recurse (param i32) (result i32)
            (i32.add (i32.const 1) (call $recurse (i32.add (local.get 0) (i32.const 1)))))
        (;functions;)
        (func $body (param $seed i64) (result f64) (;body;))
        (func (export "evaluate") (param i32 i32 i64) (result i32)
            (global.set $network (local.get 0))
            (global.set $dataset (local.get 1))
            (f64.store (i32.const 8) (call $body (local.get 2)))
            (call $drop-network (local.get 0))
            (call $drop-dataset (local.get 1))
            (if (global.get $text-length) (then
                (i32.store8 (i32.const 0) (i32.const 1))
                (i32.store (i32.const 8) (global.get $text))
                (i32.store (i32.const 12) (global.get $text-length))))
            i32.const 0)
        (func (export "describe") (result i32) (;describe;)))
    (core instance $instance (instantiate $module
        (with "own" (instance $own))
        (with "host" (instance
            (export "full" (func $full))
            (export "from-list" (func $from-list))
            (export "shape" (func $shape))
            (export "read" (func $read))
            (export "scalar" (func $scalar))
            (export "singular-values" (func $singular-values))
            (export "logits" (func $logits))
            (export "batch" (func $batch))
            (export "work-left" (func $work-left))
            (export "fuel-left" (func $fuel-left))
            (export "log" (func $log))
            (export "drop-tensor" (func $drop-tensor))
            (export "drop-network" (func $drop-network))
            (export "drop-dataset" (func $drop-dataset))))))

    (type $description' (record
        (field "name" string) (field "version" string) (field "authors" (list string))))
    (export $description "description" (type $description'))
    (func $describe (result $description)
        (canon lift (core func $instance "describe") (memory $m)))
    (func $evaluate
        (param "network" (borrow $network)) (param "dataset" (borrow $dataset)) (param "seed" u64)
        (result (result f64 (error string)))
        (canon lift (core func $instance "evaluate") (memory $m)))
    (export "describe" (func $describe))
    (export "evaluate" (func $evaluate)))
