using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Local;

namespace OrleansRegistry.Rest.Tests.Backups;

public sealed class BackupTests(RestHost shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/backups")]
    [InlineData("GET", "/backups")]
    [InlineData("GET", "/backups/20260301T120000Z-00000000")]
    [InlineData("POST", "/backups/20260301T120000Z-00000000:verify")]
    public async Task Nobody_may_unless_a_setting_allows_it(string method, string path)
    {
        using var response = await shared.Client.SendAsync(method, path);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("REGISTRY_ALLOW_TRANSFER", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_lists_and_proves_backups()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-backups-").FullName;
        try
        {
            await using var host = await RestHost.StartAsync(
                rest: options => options.AllowTransfer = true,
                build: builder => builder.Services.AddKeyedSingleton<IObjectStore>(BackupServices.StoreKey, new LocalObjectStore(folder)));
            using var registered = await host.Client.SendAsync("POST", "/agents", TestHttp.Envelope("one"));
            registered.EnsureSuccessStatusCode();

            using var response = await host.Client.SendAsync("POST", "/backups");
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            var made = await response.JsonAsync(HttpStatusCode.Created);
            var name = made.GetProperty("name").GetString()!;
            Assert.Equal($"/backups/{name}", response.Headers.Location?.ToString());
            Assert.Equal((1, 1), (made.GetProperty("revision").GetInt32(), made.GetProperty("counts").GetProperty("agents").GetInt32()));

            var list = await (await host.Client.SendAsync("GET", "/backups")).JsonAsync();
            Assert.Equal([name], list.GetProperty("backups").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
            var one = await (await host.Client.SendAsync("GET", $"/backups/{name}")).JsonAsync();
            Assert.Equal(made.ToString(), one.ToString());
            var good = await (await host.Client.SendAsync("POST", $"/backups/{name}:verify")).JsonAsync();
            Assert.True(good.GetProperty("isGood").GetBoolean());

            var part = System.IO.Directory.EnumerateFiles(Path.Combine(folder, "backups", name), "*.gz").First();
            await File.WriteAllBytesAsync(part, (await File.ReadAllBytesAsync(part, Token))[..^1], Token);
            var bad = await (await host.Client.SendAsync("POST", $"/backups/{name}:verify")).JsonAsync();
            Assert.False(bad.GetProperty("isGood").GetBoolean());
            Assert.Contains("cut off", bad.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);

            Assert.Equal(HttpStatusCode.NotFound, (await host.Client.SendAsync("GET", "/backups/..%2F..%2Fx")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await host.Client.SendAsync("POST", "/backups/x:verify")).StatusCode);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Client.SendAsync("POST", $"/backups/{name}")).StatusCode);
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.SendAsync("GET", "/backups?limit=3")).StatusCode);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }
}
