using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Tests.Trust.Audit;

/// <summary>Signatures of anchors, made here by what docs/audit.md says of them.</summary>
public sealed class AuditKeyTests : IDisposable
{
    private const string Header = """{"alg":"ES256","typ":"audit-anchor+jws","kid":"k"}""";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly AuditAnchor anchor = new("a\"b", 3, new string('a', 64), new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => key.Dispose();

    [Fact]
    public void One_that_the_registry_made_is_good_until_anything_changes()
    {
        var signed = Sign(Header);
        Assert.Null(Keys().FaultOf(signed));
        foreach (var other in (AuditAnchor[])[
            signed with { Sequence = 2 }, signed with { Tenant = "b" }, signed with { Hash = new string('b', 64) },
            signed with { Time = signed.Time.AddSeconds(1) },
            signed with { Signature = Sign(Header.Replace("ES256", "ES384", StringComparison.Ordinal)).Signature }])
        {
            Assert.NotNull(Keys().FaultOf(other));
        }

        Assert.Contains("not among those given", Keys("other").FaultOf(signed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "has no signature")]
    [InlineData("", "not a detached JWS")]
    [InlineData("a.b.c", "not a detached JWS")]
    [InlineData("a..b..c", "not a detached JWS")]
    [InlineData("!..AAAA", "cannot be checked")]
    [InlineData("bm8..AAAA", "cannot be checked")]
    public void What_is_no_signature_is_told(string? signature, string fault) =>
        Assert.Contains(fault, Keys().FaultOf(anchor with { Signature = signature }), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"k"}""", "of something else")]
    [InlineData("""{"alg":"ES256","typ":"JOSE","kid":"k"}""", "of something else")]
    [InlineData("""{"alg":"none","typ":"audit-anchor+jws","kid":"k"}""", "cannot be checked")]
    [InlineData("""{"alg":"EdDSA","typ":"audit-anchor+jws","kid":"k"}""", "not among those given")]
    [InlineData("""{"alg":"ES256","typ":"audit-anchor+jws","kid":"k","crit":["x"]}""", "cannot be checked")]
    public void A_signature_of_something_else_or_in_another_way_is_none(string header, string fault) =>
        Assert.Contains(fault, Keys().FaultOf(Sign(header)), StringComparison.Ordinal);

    [Theory]
    [InlineData("no")]
    [InlineData("{}")]
    [InlineData("""{"keys":[]}""")]
    public void What_is_no_key_set_is_refused(string text) => Assert.Throws<InvalidDataException>(() => AuditKeys.Read(text));

    private AuditKeys Keys(string id = "k")
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        return AuditKeys.Read($$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{id}}","x":"{{x}}","y":"{{y}}"}]}""");
    }

    private AuditAnchor Sign(string header)
    {
        var payload = $$"""{"hash":"{{anchor.Hash}}","sequence":3,"tenant":"a\"b","time":"2026-01-31T12:00:00.000000Z"}""";
        var (first, second) = (Encode(header), Encode(payload));
        return anchor with
        {
            Signature = $"{first}..{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes($"{first}.{second}"), HashAlgorithmName.SHA256))}",
        };

        static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
