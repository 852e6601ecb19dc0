package app

import (
	"reflect"
	"testing"

	"watercooler/auth"
	"watercooler/config"
)

// TestSettingsPassProvidersOn holds the two forms of a provider level: an option that is read and not passed on would do
// nothing, and nobody would be told.
func TestSettingsPassProvidersOn(t *testing.T) {
	c, err := config.Load(nil, []string{
		"HUB_SSO=entra", "HUB_SSO_ENTRA_ISSUER=https://login.microsoftonline.com/t/v2.0", "HUB_SSO_ENTRA_CLIENT_ID=id",
		"HUB_SSO_ENTRA_CLIENT_SECRET=hush", "HUB_SSO_ENTRA_LABEL=Microsoft", "HUB_SSO_ENTRA_STAFF_DOMAINS=council.example",
		"HUB_SSO_ENTRA_PARTNER_DOMAINS=nhs.example=Devon NHS", "HUB_SSO_ENTRA_TRUST_EMAIL=true", "HUB_SSO_ENTRA_REQUIRE=tid=7",
		"HUB_SSO_ENTRA_CLAIM_UNIT=department", "HUB_SSO_ENTRA_CLAIM_JOB_TITLE=jobTitle", "HUB_SSO_ENTRA_CLAIM_MANAGER=manager",
		"HUB_SSO_ENTRA_ROLE_CLAIM=roles", "HUB_SSO_ENTRA_ROLES=hub-admins=admin",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []auth.ProviderConfig{{
		Name: "entra", Label: "Microsoft", Issuer: "https://login.microsoftonline.com/t/v2.0", ClientID: "id", ClientSecret: "hush",
		StaffDomains: []string{"council.example"}, PartnerDomains: []string{"nhs.example=Devon NHS"},
		TrustEmail: true, Require: map[string]string{"tid": "7"}, RoleMap: map[string]string{"hub-admins": "admin"},
		Claims: auth.ClaimNames{Unit: "department", JobTitle: "jobTitle", Manager: "manager", Roles: "roles"},
	}}
	got := Command{Config: c}.settings().Auth.Providers
	if !reflect.DeepEqual(got, want) {
		t.Errorf("providers are\n%+v, want\n%+v", got, want)
	}
	if err := got[0].Check(); err != nil {
		t.Errorf("what the settings allow, sign-in refuses: %v", err)
	}
}
