namespace OrleansRegistry.Cli.Tests;

/// <summary>Checks signatures of cards.</summary>
public sealed class SignatureTests(RunningRegistry registry) : IDisposable
{
    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_found_is_shown_and_only_a_valid_one_is_success_where_that_is_required()
    {
        await cli.DoAsync("agents", "register", folder.Write("a.json", """{"name":"signed","signatures":[{}]}"""));
        var found = await cli.DoAsync("agents", "verify", "signed");
        Assert.Contains("invalid", found, StringComparison.Ordinal);
        Assert.Contains("protected is not", found, StringComparison.Ordinal);
        Assert.Equal(4, (await cli.RunAsync("agents", "verify", "signed", "--require-valid")).Code);
        Assert.Contains("invalid", await cli.DoAsync("agents", "get", "signed"), StringComparison.Ordinal);
        await cli.DoAsync("agents", "register", folder.Write("b.json", """{"name":"bare"}"""));
        Assert.Contains("The card has no signature.", await cli.DoAsync("agents", "verify", "bare"), StringComparison.Ordinal);
        Assert.Equal(4, (await cli.RunAsync("agents", "verify", "bare", "--require-valid")).Code);
        Assert.Equal(3, (await cli.RunAsync("agents", "verify", "nobody")).Code);
    }
}
