// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSettings>
#include <QString>
#include <QVariant>

namespace secateur::app {

/// What is the same for settings of all types: a key in the file, a label for people, and a signal.
class SettingBase : public QObject
{
    Q_OBJECT

public:
    SettingBase(QSettings &store, QString key, QString label)
        : m_store(store), m_key(std::move(key)), m_label(std::move(label))
    {
    }

    [[nodiscard]] const QString &key() const { return m_key; }
    [[nodiscard]] const QString &label() const { return m_label; }

Q_SIGNALS:
    void changed();

protected:
    [[nodiscard]] QVariant stored() const { return m_store.value(m_key); }
    void store(const QVariant &value);

private:
    QSettings &m_store;
    QString m_key;
    QString m_label;
};

/// One setting: the only place that knows its key and its default, so that none is read under one name and written
/// under another. A stored value of another type counts as absent.
template <typename T>
class Setting : public SettingBase
{
public:
    Setting(QSettings &store, QString key, QString label, T defaultValue)
        : SettingBase(store, std::move(key), std::move(label)), m_default(std::move(defaultValue))
    {
    }

    [[nodiscard]] T value() const
    {
        const QVariant found = stored();
        return found.isValid() && found.canConvert<T>() ? found.value<T>() : m_default;
    }
    void setValue(const T &value)
    {
        if (value != this->value())
            store(QVariant::fromValue(value));
    }

private:
    T m_default;
};

} // namespace secateur::app
