package num

import "math"

// Wilson is the score interval of a proportion k/n at a level such as 0.95:
//
//	(k + z²/2)/(n + z²) ± z/(n + z²) · √(k(n−k)/n + z²/4),   z = Φ⁻¹((1+level)/2)
//
// (Wilson 1927, JASA 22:209–212; recommended by Brown, Cai & DasGupta 2001, Statistical
// Science 16:101–133). It stays inside [0, 1] and has positive width at k = 0 and k = n.
// k and n need not be whole (weighted counts). Without information (n ≤ 0, k outside
// [0, n], a level outside (0, 1)) it is the whole interval 0, 1.
func Wilson(k, n, level float64) (low, high float64) {
	if !(n > 0) || math.IsInf(n, 1) || !(k >= 0 && k <= n) || !(level > 0 && level < 1) {
		return 0, 1
	}
	z := ZLevel(level)
	z2 := z * z
	centre := (k + z2/2) / (n + z2)
	half := z / (n + z2) * math.Sqrt(k*(n-k)/n+z2/4)
	low, high = max(centre-half, 0), min(centre+half, 1)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}
