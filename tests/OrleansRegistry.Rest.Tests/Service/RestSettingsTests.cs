using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Rest.Tests;

/// <summary>
/// The front ends take their settings from the host's configuration, whoever the host is, and what follows from the registry from there.
/// </summary>
public sealed class RestSettingsTests
{
    [Fact]
    public async Task The_configuration_sets_the_options_and_the_host_changes_them()
    {
        var seen = new List<string>();
        await using var server = await RestHost.StartAsync(
            http => seen.Add($"body {http.MaxBodyBytes}"),
            rest: rest =>
            {
                seen.Add($"batch {rest.MaxBatchEntries}");
                rest.MaxBatchEntries = 3;
            },
            build: builder =>
            {
                builder.Configuration["REGISTRY_MAX_BODY_BYTES"] = "2000000";
                builder.Configuration["REGISTRY_MAX_BATCH"] = "7";
            });
        Assert.Contains("body 2000000", seen);
        Assert.Contains("batch 7", seen);
        await (await server.Client.SendAsync("POST", "/agents:batch", "[null,null,null,null]")).ProblemAsync(413);
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<SettingException>(
            () => RestHost.StartAsync(build: builder => builder.Configuration["REGISTRY_MAX_BATCH"] = "none"));
        Assert.StartsWith("REGISTRY_MAX_BATCH has an invalid value", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, 64 * 1024)]
    [InlineData(1_000_000, 4_000_000)]
    public async Task The_largest_request_about_tasks_has_room_for_four_messages(int message, long body)
    {
        var seen = new List<long>();
        await using var server = await RestHost.StartAsync(
            http => seen.Add(http.MaxTaskBodyBytes),
            new RefusingRegistry(new NotSupportedException()),
            builder => builder.Services.AddSingleton(new RegistryLimits(256 * 1024, message)));
        Assert.Equal(body, seen[0]);
    }

    [Fact]
    public async Task What_is_said_of_the_mode_is_what_the_registry_goes_by()
    {
        await using var server = await RestHost.StartAsync(
            registry: new RefusingRegistry(new NotSupportedException()),
            build: builder => builder.Services.AddSingleton(new ExtensionPolicy(DevelopmentMode: false, RequireVerification: true)));
        using var service = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri("/", UriKind.Relative)));
        var mode = service.RootElement.GetProperty("mode");
        Assert.False(mode.GetProperty("development").GetBoolean());
        Assert.True(mode.GetProperty("extension_verification").GetBoolean());
    }
}
