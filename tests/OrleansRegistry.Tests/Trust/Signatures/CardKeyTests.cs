using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Keys, and signatures that others made: RFC 7515 (A.2, A.3), RFC 8032 (7.1) and RFC 8037 (A.4).</summary>
public sealed class CardKeyTests
{
    private const string Claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    [Theory]
    [InlineData(
        """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""",
        "eyJhbGciOiJFUzI1NiJ9." + Claims,
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")]
    [InlineData(
        """
        {"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpR
        PEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyx
        XFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
        """,
        "eyJhbGciOiJSUzI1NiJ9." + Claims,
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
            + "BAynRFdiuB--f_nZLgrnbyTyWzO7"
            + "5vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv"
            + "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIh"
            + "WkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw")]
    [InlineData(
        """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")]
    public void Known_signatures_are_right_and_wrong_where_a_bit_is_another(string key, string signed, string signature)
    {
        var read = Read(key.ReplaceLineEndings("").Replace("        ", "", StringComparison.Ordinal))!;
        var (bytes, made) = (Encoding.ASCII.GetBytes(signed), Base64Url.DecodeFromChars(signature));
        Assert.True(read.IsRight(bytes, made));
        for (var i = 0; i < made.Length; i += 7)
        {
            made[i] ^= 1;
            Assert.False(read.IsRight(bytes, made));
            made[i] ^= 1;
        }

        bytes[^1] ^= 1;
        Assert.False(read.IsRight(bytes, made));
        Assert.False(read.IsRight(bytes, []));
        Assert.False(read.IsRight(bytes, [.. made, 0]));
    }

    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void Ed25519_is_as_RFC_8032_has_it(string key, string message, string signature)
    {
        var read = Read($$"""{"kty":"OKP","crv":"Ed25519","x":"{{Base64Url.EncodeToString(Convert.FromHexString(key))}}"}""")!;
        var made = Convert.FromHexString(signature);
        Assert.True(read.IsRight(Convert.FromHexString(message), made));

        // The same with the group's order added to S, which another verifier would take too.
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        for (var (i, carry) = (0, 0); i < order.Length; i++)
        {
            carry += made[32 + i] + order[i];
            (made[32 + i], carry) = ((byte)carry, carry >> 8);
        }

        Assert.False(read.IsRight(Convert.FromHexString(message), made));
    }

    [Theory]
    [InlineData("kid", null)]
    [InlineData("use", "enc")]
    [InlineData("alg", "ES384")]
    [InlineData("crv", "P-384")]
    [InlineData("kty", "oct")]
    [InlineData("x", "AAAA")]
    [InlineData("x", "not base64!")]
    [InlineData("y", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_key_for_something_else_or_on_no_curve_is_not_used(string member, string? value)
    {
        var key = TestIssuer.KeyOf("ES256");
        Assert.Equal("ES256", Read(key.ToJsonString())!.Algorithm);
        key[member] = value;
        Assert.Null(CardKey.Read(JsonDocument.Parse(key.ToJsonString()).RootElement));
    }

    [Fact]
    public void A_key_that_only_signs_is_not_used_and_one_that_verifies_is()
    {
        var key = TestIssuer.KeyOf("EdDSA");
        key["key_ops"] = new JsonArray("sign");
        Assert.Null(Read(key.ToJsonString()));
        key["key_ops"] = new JsonArray(1, "verify");
        Assert.True(Read(key.ToJsonString())!.Serves("Ed25519"));
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(2048, true)]
    public void An_RSA_key_that_is_too_small_is_not_used(int bits, bool isUsed)
    {
        using var rsa = RSA.Create(bits);
        var numbers = rsa.ExportParameters(false);
        var (n, e) = (Base64Url.EncodeToString(numbers.Modulus), Base64Url.EncodeToString(numbers.Exponent));
        Assert.Equal(isUsed, Read($$"""{"kty":"RSA","n":"{{n}}","e":"{{e}}"}""") is not null);

        // Zeros before it make it no larger.
        var padded = Base64Url.EncodeToString([.. new byte[128], .. numbers.Modulus!]);
        Assert.Equal(isUsed, Read($$"""{"kty":"RSA","n":"{{padded}}","e":"{{e}}"}""") is not null);
        Assert.Null(Read($$"""{"kty":"RSA","n":"{{n}}","e":"AQ"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("<html>")]
    public void What_is_no_key_set_is_none(string text) => Assert.Throws<InvalidDataException>(() => CardKeySet.Read(text));

    [Fact]
    public void An_issuer_may_have_no_keys_and_some_that_are_not_used()
    {
        Assert.Equal(0, CardKeySet.Read("""{"keys":[]}""").Count);
        Assert.Equal(0, CardKeySet.Read("""{"keys":[1,{"kty":"oct","kid":"a","k":"AAAA"}]}""").Count);
    }

    private static CardKey? Read(string key)
    {
        var named = JsonNode.Parse(key)!.AsObject();
        named["kid"] ??= "k";
        return CardKey.Read(JsonDocument.Parse(named.ToJsonString()).RootElement);
    }
}
