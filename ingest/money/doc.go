// Package money keeps amounts exact: decimals in integers of a fixed scale,
// 128-bit totals, the shortest decimal form of floats, and the expressions that
// derive an amount from several columns.
//
// An amount is a coefficient at a scale: value = coefficient · 10^-scale. Nothing
// here rounds silently: whatever is rounded is rounded once, half to even, on the
// exact decimal result, and totalled in a Rounding. Nothing wraps: what does not
// fit 64 bits has the status TooLarge.
package money

// MaxScale is the largest scale of a coefficient: 10^18 is the largest power of
// ten in 64 bits, and Rounding is kept in units of 10^-18.
const MaxScale = 18

// Status says what became of one row's evaluation.
type Status uint8

// The statuses of a row.
const (
	OK         Status = iota
	Null              // an operand was null, or blank text
	Unparsable        // text that is not a plain decimal number, or a rate that is not positive
	NotFinite         // NaN or ±Inf
	TooLarge          // does not fit the scale in 64 bits
)

// pow10 holds the powers of ten that fit 64 bits; pow10f the same as floats, all
// exact (10^22 is the largest power of ten a float64 holds exactly).
var (
	pow10  [MaxScale + 1]int64
	pow10f [MaxScale + 1]float64
)

func init() {
	p := int64(1)
	for i := range pow10 {
		pow10[i], pow10f[i] = p, float64(p)
		p *= 10 // wraps after the last entry, unused
	}
}
