//! What the instruction sets without masks share: a part of a register goes through an array.

/// Implements `Simd` for the registers of one number type, from the instructions of each operation.
#[allow(unused_macros, reason = "there may be no such set where this is compiled")]
macro_rules! unmasked {
    (
        $set:ident<$number:ty>: $lanes:literal lanes in $vector:ty, $accumulators:literal accumulators;
        splat($splatted:ident) = $splat:expr;
        load($from:ident) = $load:expr;
        store($to:ident, $stored:ident) = $store:expr;
        mul_add($a:ident, $b:ident, $c:ident) = $mul_add:expr;
        neg_mul_add($neg_a:ident, $neg_b:ident, $neg_c:ident) = $neg_mul_add:expr;
        add($add_a:ident, $add_b:ident) = $add:expr;
        sub($sub_a:ident, $sub_b:ident) = $sub:expr;
        mul($mul_a:ident, $mul_b:ident) = $mul:expr;
        interleave($interleave_a:ident, $interleave_b:ident) = $interleave:expr;
        unzip($unzip_a:ident, $unzip_b:ident) = $unzip:expr;
    ) => {
        impl Simd for $set<$number> {
            type Number = $number;
            type Vector = $vector;
            const LANES: usize = $lanes;
            const ACCUMULATORS: usize = $accumulators;

            #[inline(always)]
            fn splat(self, $splatted: $number) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $splat }
            }

            #[inline(always)]
            fn load(self, source: &[$number], start: usize) -> $vector {
                let $from = source[start..start + $lanes].as_ptr();
                // SAFETY: `self` proves the instructions, and the block is what they read.
                unsafe { $load }
            }

            #[inline(always)]
            unsafe fn load_from(self, $from: *const $number) -> $vector {
                // SAFETY: `self` proves the instructions, and the caller promises what they read.
                unsafe { $load }
            }

            #[inline(always)]
            fn load_within(self, source: &[$number], start: isize) -> $vector {
                let (first, end) = super::lanes_within(start, $lanes, source.len());
                if (first, end) == (0, $lanes) {
                    return self.load(source, start as usize);
                }
                let mut block = [0.0; $lanes];
                if first < end {
                    let from = start.wrapping_add_unsigned(first) as usize;
                    block[first..end].copy_from_slice(&source[from..from + (end - first)]);
                }
                self.load(&block, 0)
            }

            #[inline(always)]
            unsafe fn store_to(self, $stored: $vector, $to: *mut $number) {
                // SAFETY: `self` proves the instructions, and the caller promises what they write.
                unsafe { $store }
            }

            #[inline(always)]
            unsafe fn store_lanes_to(self, vector: $vector, lanes: std::ops::Range<usize>, start: *mut $number) {
                if lanes == (0..$lanes) {
                    // SAFETY: the caller promises room for all lanes.
                    return unsafe { self.store_to(vector, start) };
                }
                let mut block = [0.0; $lanes];
                self.store(vector, &mut block, 0);
                let block = &block[lanes.clone()];
                // SAFETY: the caller promises room for these lanes.
                unsafe { start.wrapping_add(lanes.start).copy_from_nonoverlapping(block.as_ptr(), block.len()) }
            }

            #[inline(always)]
            fn mul_add(self, $a: $vector, $b: $vector, $c: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $mul_add }
            }

            #[inline(always)]
            fn neg_mul_add(self, $neg_a: $vector, $neg_b: $vector, $neg_c: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $neg_mul_add }
            }

            #[inline(always)]
            fn add(self, $add_a: $vector, $add_b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $add }
            }

            #[inline(always)]
            fn sub(self, $sub_a: $vector, $sub_b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $sub }
            }

            #[inline(always)]
            fn mul(self, $mul_a: $vector, $mul_b: $vector) -> $vector {
                // SAFETY: `self` proves the instructions.
                unsafe { $mul }
            }

            #[inline(always)]
            fn interleave(self, $interleave_a: $vector, $interleave_b: $vector) -> ($vector, $vector) {
                // SAFETY: `self` proves the instructions.
                unsafe { $interleave }
            }

            #[inline(always)]
            fn unzip(self, $unzip_a: $vector, $unzip_b: $vector) -> ($vector, $vector) {
                // SAFETY: `self` proves the instructions.
                unsafe { $unzip }
            }
        }
    };
}
