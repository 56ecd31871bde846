package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mainstay/ingest/spelling"
)

// maxPlaces is the largest scale of money and units: with 9 places 64 bits still
// hold 9.2 billion.
const maxPlaces = 9

// Validate checks what can be checked without data. The error is a *ConfigError.
func (c *Config) Validate() error {
	if c.TimeFormat != "" {
		if err := checkTimeFormat(c.TimeFormat); err != nil {
			return &ConfigError{"time_format: " + err.Error()}
		}
	}
	if _, err := c.location(); err != nil {
		return err
	}
	if c.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, c.AsOf); err != nil {
			return &ConfigError{fmt.Sprintf("as_of %q is not a date such as 2024-01-31", c.AsOf)}
		}
	}
	if err := c.validateWindow(); err != nil {
		return err
	}
	if _, err := parsePartitions(c.Partitions); err != nil {
		return err
	}
	if c.MoneyPlaces < 0 || c.MoneyPlaces > maxPlaces {
		return &ConfigError{fmt.Sprintf("money_places is %d; expected 0 to %d", c.MoneyPlaces, maxPlaces)}
	}
	if err := oneOf("unit", cmp.Or(c.Unit, UnitCustomer), UnitCustomer, UnitParent); err != nil {
		return err
	}
	if err := oneOf("zero_days", c.ZeroDays, "ignore", "count"); err != nil {
		return err
	}
	if !(c.MaxBadRate >= 0 && c.MaxBadRate <= 1) {
		return &ConfigError{fmt.Sprintf("max_bad_rate is %v; expected a share between 0 and 1, such as 0.01", c.MaxBadRate)}
	}
	for _, g := range c.ExcludeCustomers {
		if err := checkPattern(g); err != nil {
			return &ConfigError{fmt.Sprintf(`exclude_customers: %q is not a pattern (%v); write \ before a literal * ? [ or \`, g, err)}
		}
	}
	return c.validateRates()
}

// validateRates holds the three settings of a conversion together.
func (c *Config) validateRates() error {
	const directions = "local-per-base (1 unit of the base buys so many of the row's currency: amounts are divided by the rate) or base-per-local (amounts are multiplied by it)"
	if c.Rates.MaxAge < 0 {
		return &ConfigError{fmt.Sprintf("rates.max_age_days is %d; expected 0 or more days", c.Rates.MaxAge)}
	}
	if !c.converts() {
		if c.RateDirection != "" {
			return &ConfigError{"rate_direction is set, but rate_column is not, nor are rates: name the column of the exchange rate with --rate-column, or a table of rates with --rates"}
		}
		return nil
	}
	if c.Rates.given() && c.ratesOfRows() {
		return &ConfigError{"both rate_column and rates are set: give the rates of the rows, or a table of rates"}
	}
	if c.RateDirection == "" {
		return &ConfigError{"exchange rates are given but rate_direction is not, and there is no default: choose " + directions}
	}
	if err := oneOf("rate_direction", c.RateDirection, "local-per-base", "base-per-local"); err != nil {
		return err
	}
	if c.Currency == "" {
		return &ConfigError{"exchange rates are given but currency is not: name the currency to convert to, for example --currency USD"}
	}
	return nil
}

// ratesOfRows reports whether rows carry their own rate.
func (c *Config) ratesOfRows() bool { return c.RateColumn != "" && c.RateColumn != noColumn }

// converts reports whether money is converted to Currency.
func (c *Config) converts() bool { return c.ratesOfRows() || c.Rates.given() }

// location is the zone in which days begin.
func (c *Config) location() (*time.Location, error) {
	if c.Zone == "Local" {
		return nil, &ConfigError{"zone: Local would depend on the machine; name the zone, for example Asia/Shanghai"}
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, &ConfigError{fmt.Sprintf("zone %q is not known; expected an IANA name such as UTC, Asia/Shanghai or Europe/Berlin", c.Zone)}
	}
	return loc, nil
}

// oneOf checks a setting against what it may be.
func oneOf(key, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return &ConfigError{fmt.Sprintf("%s is %q%s; expected %s", key, value, suggestion(value, allowed), strings.Join(allowed, " or "))}
}

// suggestion is the nearest of some words as a question; "" when none is near.
func suggestion(word string, words []string) string {
	best := spelling.Nearest(word, words)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
