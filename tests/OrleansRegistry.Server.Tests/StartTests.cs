using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

public sealed class StartTests : IDisposable
{
    private readonly DataFolder folder = new();

    [Fact]
    public async Task What_was_registered_is_there_after_a_stop_and_a_start()
    {
        await using (var server = await ServerProcess.StartAsync(folder.Settings()))
        {
            Assert.Contains($"SQLite database {Path.Combine(folder.Path, "registry.db")}", server.Output, StringComparison.Ordinal);
            var answer = await server.Http.PostAsJsonAsync("/agents", new { agent_card = new { name = "kept", description = "d" } });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(0, await server.StopAsync());
        }

        await using var again = await ServerProcess.StartAsync(folder.Settings());
        var agent = await again.Http.GetFromJsonAsync<JsonElement>("/agents/kept");
        Assert.Equal("kept", agent.GetProperty("agent_card").GetProperty("name").GetString());
        Assert.Equal(1, agent.GetProperty("revision").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await again.Http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task What_stops_the_start_is_told_in_one_line()
    {
        var (exitCode, output) = await ServerProcess.RunAsync(folder.Settings(("ORLEANS_SILO_PORT", "11111"), ("ORLEANS_GATEWAY_PORT", "11111")));
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start. ORLEANS_SILO_PORT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_does_not_start()
    {
        await using var first = await ServerProcess.StartAsync(folder.Settings());
        var (exitCode, output) = await ServerProcess.RunAsync(folder.Settings());
        Assert.Equal(1, exitCode);
        Assert.Contains(folder.Path, output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.Http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Two_registries_run_side_by_side()
    {
        using var other = new DataFolder();
        await using var first = await ServerProcess.StartAsync(folder.Settings());
        await using var second = await ServerProcess.StartAsync(other.Settings());
        await first.Http.PostAsJsonAsync("/agents", new { agent_card = new { name = "mine" } });
        Assert.Equal(HttpStatusCode.NotFound, (await second.Http.GetAsync("/agents/mine")).StatusCode);
    }

    [Fact]
    public async Task A_damaged_database_stops_the_start_and_is_left_as_it_is()
    {
        await using (var server = await ServerProcess.StartAsync(folder.Settings()))
        {
            foreach (var name in (string[])["one", "two", "three"])
            {
                await server.Http.PostAsJsonAsync("/agents", new { agent_card = new { name } });
            }

            await server.StopAsync();
        }

        var database = Path.Combine(folder.Path, "registry.db");
        var bytes = await File.ReadAllBytesAsync(database);

        // From the second page on, which tables and indexes begin.
        Array.Fill(bytes, (byte)0xA5, 2048, 8192);
        await File.WriteAllBytesAsync(database, bytes);

        var (exitCode, output) = await ServerProcess.RunAsync(folder.Settings());
        Assert.Equal(1, exitCode);
        Assert.Contains("registry.db is damaged", output, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(database));
    }

    public void Dispose() => folder.Dispose();
}
