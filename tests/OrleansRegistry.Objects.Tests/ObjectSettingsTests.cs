using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.Objects.Tests.Support;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Tests;

public sealed class ObjectSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_key_in_the_settings_encrypts()
    {
        await PutAsync(("OBJECT_ENCRYPTION_KEY", Keys.Text("one")));

        Assert.Equal("ORENCOBJ"u8.ToArray(), File.ReadAllBytes(folder.File("objects/a"))[..8]);
    }

    [Fact]
    public async Task Keys_come_from_a_file_and_the_last_encrypts()
    {
        var file = folder.Write("keys", $"{Keys.Text("old")}\n{Keys.Text("new")}\n");

        await PutAsync(("OBJECT_ENCRYPTION_KEY_FILE", file));

        Assert.Equal(Keys.Of("new").Ids[0], Convert.ToHexStringLower(File.ReadAllBytes(folder.File("objects/a")).AsSpan(16, 8)));
    }

    [Fact]
    public async Task Without_a_key_objects_are_as_they_were_put()
    {
        await PutAsync();

        Assert.Equal([1], File.ReadAllBytes(folder.File("objects/a")));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_shown()
    {
        var refused = await Assert.ThrowsAsync<SettingException>(() => PutAsync(("OBJECT_ENCRYPTION_KEY", "hunter2hunter2")));

        Assert.Contains("OBJECT_ENCRYPTION_KEY has an invalid value", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", null, "OBJECT_ENCRYPTION_KEY_FILE cannot be read")]
    [InlineData("empty", null, "has no key")]
    [InlineData("empty", "one", "are both set")]
    public async Task A_key_file_that_is_of_no_use_is_told(string file, string? key, string part)
    {
        folder.Write("empty", "# nothing\n");

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => PutAsync(("OBJECT_ENCRYPTION_KEY_FILE", folder.File(file)), ("OBJECT_ENCRYPTION_KEY", key is null ? null : Keys.Text(key))));

        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    private async Task PutAsync(params (string Name, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddObjectStores().BuildServiceProvider();
        await using var store = services.GetRequiredService<ObjectStores>().Open(ObjectPlace.OfFolder(folder.File("objects")));
        await store.PutAsync("a", Bytes.Stream([1]));
    }
}
