using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Embeddings.Local;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Embeddings.Tests;

public sealed class SettingTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("LOCAL", true)]
    [InlineData("none", false)]
    public void The_local_model_is_the_default_and_none_is_none(string? value, bool isLocal)
    {
        using var services = Build(("REGISTRY_EMBEDDINGS", value));
        Assert.Equal(isLocal, services.GetService<ITextEmbedder>() is MiniLmEmbedder);
    }

    [Theory]
    [InlineData("REGISTRY_EMBEDDINGS is not valid", "REGISTRY_EMBEDDINGS", "openai")]
    [InlineData("REGISTRY_EMBEDDINGS is not valid", "REGISTRY_EMBEDDINGS", "ftp://host/v1")]
    [InlineData("REGISTRY_EMBEDDINGS is not valid", "REGISTRY_EMBEDDINGS", "https://user:pass@host/v1")]
    [InlineData("REGISTRY_EMBEDDINGS_MODEL is not set", "REGISTRY_EMBEDDINGS", "https://host/v1")]
    [InlineData("REGISTRY_EMBEDDINGS_MODEL is for an endpoint", "REGISTRY_EMBEDDINGS_MODEL", "m")]
    [InlineData("REGISTRY_EMBEDDINGS_KEY is for an endpoint", "REGISTRY_EMBEDDINGS_KEY", "hunter2")]
    [InlineData("REGISTRY_EMBEDDINGS_KEY", "REGISTRY_EMBEDDINGS_KEY", "hunter2\n")]
    [InlineData("REGISTRY_EMBEDDINGS_BATCH", "REGISTRY_EMBEDDINGS_BATCH", "0")]
    public void What_cannot_be_stops_the_start_with_its_name_and_no_secret(string says, string name, string value)
    {
        var refusal = Assert.Throws<SettingException>(() => Build((name, value)));
        Assert.Contains(says.Split(' ')[0], refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", refusal.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Build(params (string Name, string? Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => setting.Value));
        builder.AddRegistryEmbeddings();
        return builder.Services.BuildServiceProvider();
    }
}
